import { createContext, useContext } from "react";
import type { Session } from "./api/types";

export const SessionContext = createContext<Session>({ version: "", auth: "none", signed_in: true, read_only: false });

/** Whether the page offers what changes something; the server refuses it either way. */
export const useMayChange = (): boolean => !useContext(SessionContext).read_only;
