// Package apache is the hessian2.Stream of teams whose types are registered with
// github.com/apache/dubbo-go-hessian2: they come from dubbo-go and want to touch no type.
//
// On the path of a call it stands where hessian2.New stands, and one option selects it:
//
//	dubbo.New(dubbo.Hessian2(apache.New()))
//
// It calls that library, and is its only importer. Values are written and read by the
// library's own rules: what hessian.RegisterPOJO, RegisterJavaEnum, SetSerializer and
// SetCollectionSerialize registered, in this process and for all of it, with its tags,
// its Go types and its quirks. It is slower than hessian2.New, which reads the same bytes
// into types that have JavaClassName() and needs no registration: new code takes that.
//
// # Bytes of a network
//
// The library is made for peers that are trusted: a few bytes make it take all memory or
// overflow the stack, which nothing recovers from, and others stay in its tables for
// ever. So each body is walked before the library sees it, within hessian2.Limits:
//
//   - what does not end, nests too deep, or declares more than there are bytes for is an
//     error, as is what the library would make more of in memory than the limits allow;
//   - lists and maps that contain themselves are an error: printing one is fatal. An object
//     of a registered class may be contained in itself, because Go has a pointer to it;
//   - objects of classes that are not registered are an error; see UnknownClasses. An
//     exception of such a class, read into an any, is a *hessian2.Exception;
//   - fields that the Go type does not have are read over and forgotten. They reach the
//     library under one name and without classes, because it would keep each name, and
//     because it goes on at the wrong byte after what it cannot read there;
//   - forms that the library reads to another end than they have are an error.
//
// What the library then panics at is an error.
//
// # What it cannot do
//
// The library counts no empty list, so that it writes references to what stands behind
// one too low; it refuses null as a value of a map in a field; it reads a String[] with
// null as one with an empty string; of two classes of one name in one body it writes the
// first. Values of package hessian2 are not its own: only *hessian2.Exception is written.
package apache
