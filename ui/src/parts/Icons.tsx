import type { ReactNode } from "react";

// 16 pixels, one stroke; beside a word or a label, so hidden from screen readers.
function icon(drawing: ReactNode) {
    return function Icon({ size = 16 }: { size?: number }) {
        return (
            <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={1.4} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
                {drawing}
            </svg>
        );
    };
}

export const OverviewIcon = icon(<><rect x="2" y="2" width="5" height="5" rx="1" /><rect x="9" y="2" width="5" height="5" rx="1" /><rect x="2" y="9" width="5" height="5" rx="1" /><rect x="9" y="9" width="5" height="5" rx="1" /></>);
export const TopicsIcon = icon(<><path d="M2 4h12M2 8h12M2 12h12" /><path d="M6 3v2M10 7v2M4.5 11v2" /></>);
export const GroupsIcon = icon(<><circle cx="6" cy="5.5" r="2.5" /><path d="M1.5 13.5c.4-2.7 2.1-4 4.5-4s4.1 1.3 4.5 4M10.5 3.3a2.5 2.5 0 0 1 0 4.4M12.3 9.9c1.3.6 2 1.8 2.2 3.6" /></>);
export const BrokersIcon = icon(<><rect x="2" y="2.5" width="12" height="4.5" rx="1" /><rect x="2" y="9" width="12" height="4.5" rx="1" /><path d="M4.7 4.750h.01M4.7 11.250h.01" /></>);
export const MetricsIcon = icon(<path d="M2 2v12h12M4.5 11 7.5 7l2.5 2.2L13.5 4" />);
export const SchemasIcon = icon(<path d="M6 2.5c-1.8 0-2 .8-2 2.2S3.7 7.3 2.5 8c1.2.7 1.5 1.9 1.5 3.3s.2 2.2 2 2.2M10 2.5c1.8 0 2 .8 2 2.2s.3 2.6 1.5 3.3c-1.2.7-1.5 1.9-1.5 3.3s-.2 2.2-2 2.2" />);
export const ConnectorsIcon = icon(<><path d="M5.5 2v3M10.5 2v3M3.5 5h9v3a4.5 4.5 0 0 1-9 0zM8 12.5V14.5" /></>);
export const KsqlIcon = icon(<path d="m2.5 4 4 4-4 4M8.5 12.5h5" />);
export const ChevronIcon = icon(<path d="m6 3.5 4.5 4.5L6 12.5" />);
export const UpDownIcon = icon(<path d="m5 6 3-3 3 3M5 10l3 3 3-3" />);
export const MenuIcon = icon(<path d="M2 4h12M2 8h12M2 12h12" />);
export const SearchIcon = icon(<><circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 3.5 3.5" /></>);
export const AddIcon = icon(<path d="M8 3v10M3 8h10" />);
export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const MoreIcon = icon(<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth={2.2} />);
export const CheckIcon = icon(<path d="m3 8.5 3.3 3.3L13 4.7" />);
export const AlertIcon = icon(<><path d="M8 2 14.5 13.5h-13z" /><path d="M8 6.5v3M8 11.5h.01" /></>);
export const EmptyIcon = icon(<><path d="M2 9.5 4 3h8l2 6.5V13H2z" /><path d="M2 9.5h3.5c0 1.5 1 2.3 2.5 2.3s2.5-.8 2.5-2.3H14" /></>);
export const LightIcon = icon(<><circle cx="8" cy="8" r="3" /><path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" /></>);
export const LanguageIcon = icon(<><circle cx="8" cy="8" r="6" /><path d="M2 8h12M8 2c2 1.7 2.8 3.7 2.8 6S10 12.3 8 14c-2-1.7-2.8-3.7-2.8-6S6 3.7 8 2" /></>);
export const DownloadIcon = icon(<path d="M8 2.5v7.5M5 7.2l3 3 3-3M2.5 13h11" />);
export const EditIcon = icon(<path d="M3 13l.7-2.9L10.8 3l2.2 2.2-7.1 7.1zM9.5 4.3l2.2 2.2" />);
export const LeaveIcon = icon(<path d="M9.5 2.5h-6v11h6M7 8h7M11.5 5.5 14 8l-2.5 2.5" />);
