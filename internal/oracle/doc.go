// Package oracle judges what hostile bytes do to a decoder: the rules that every
// fuzz target of this module keeps. Only tests import it.
//
//	O1  no panic, and no goroutine is left
//	O2  bytes allocated <= 64 KiB + K for each byte of input
//	O3  time <= 1 ms + 0.2 us for each byte, and red only beyond five times that
//	O4  what was encoded decodes to the same value: Decoder.Keeps
//	O5  what was decoded, encoded and decoded again is the same value
//	O6  nothing behind the input is read, and nothing of it or behind it is written
//
// and, beside them: an error's text is short and printable, quotes at most 64
// bytes of the input, and is never used as a format; the same bytes decode to the
// same value again; nothing that came from the wire is kept (Forgets).
//
// A target calls Decoder.Check once for each input. What is no decoder, such as a
// whole connection, is judged by Limits.Check.
package oracle
