//go:build tools

// Package tools names what is built from here, for go.sum to pin it.
package tools

import _ "github.com/summerwind/h2spec/cmd/h2spec"
