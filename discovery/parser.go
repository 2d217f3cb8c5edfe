package discovery

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// commonKeys are the keys of every target.
var commonKeys = [...]string{"service", "group", "version", "uniqueId"}

// parser holds one target while it is read.
type parser struct {
	target Target
	// service is the value of the key of that name.
	service string
}

// checkText refuses what no part of a target may hold.
func checkText(text string) error {
	switch {
	case text == "":
		return wrong("", "it is empty: write service/method")
	case len(text) > MaxTarget:
		return wrong("", "it is longer than 4096 bytes")
	case !printable(text):
		return wrong("", "it holds a character that cannot be printed, or is not UTF-8")
	}
	if i := strings.IndexAny(text, " #"); i >= 0 {
		return wrong(text[i:i+1], "write it as an escape, in a path or in the value of a key")
	}
	return nil
}

// query reads key=value&key=value.
func (p *parser) query(text string) error {
	for pair := range strings.SplitSeq(text, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key == "" || value == "" {
			return wrong(pair, "want key=value behind the question mark")
		}
		if _, twice := p.target.Params[key]; twice || key == "service" && p.service != "" {
			return wrong(key, "this key stands there twice")
		}
		value, err := unescape(value)
		if err != nil {
			return err
		}
		if key == "service" {
			p.service = value
			continue
		}
		if p.target.Params == nil {
			p.target.Params = make(map[string]string)
		}
		p.target.Params[key] = value
	}
	return nil
}

// checkKeys refuses keys that neither all targets have nor the source declares.
func (p *parser) checkKeys(source Schemer) error {
	var own []string
	if source != nil {
		own = source.Params()
	}
	for _, key := range slices.Sorted(maps.Keys(p.target.Params)) {
		if !slices.Contains(commonKeys[:], key) && !slices.Contains(own, key) {
			return wrong(key, "unknown key, want one of "+list(append(commonKeys[:], own...)))
		}
	}
	return nil
}

// plain reads service[/method].
func (p *parser) plain(body string) error {
	names, err := p.named(body)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(names, "/")
	_, port, ok := cutPort(first)
	switch {
	case ok && decimal(port):
		return wrong(first, "an address needs a protocol before it, like bolt://"+shorten(first))
	case ok && port == "":
		return wrong(first, "behind the name of a protocol or registry come two slashes: write "+shorten(first)+"//")
	}
	return p.unversioned(names)
}

// protocol reads what follows protocol://, direct or not.
func (p *parser) protocol(rest string) error {
	first, path, slash := strings.Cut(rest, "/")
	if strings.ContainsAny(first, ":,") {
		return p.direct(first, path, slash)
	}
	names, err := p.named(rest)
	if err != nil {
		return err
	}
	first, _, _ = strings.Cut(names, "/")
	_, bad := netip.ParseAddr(first)
	switch {
	case strings.ContainsAny(first, ":,"):
		return wrong(first, "a service whose name holds a colon or a comma is written with its registry")
	case bad == nil || strings.HasPrefix(first, "["):
		return wrong(first, "an address needs a port")
	case first == "" && names != "":
		return wrong(names, "the service is empty: behind a protocol come two slashes, behind a registry three")
	case strings.Count(names, "/") > 1:
		return wrong(first, "an address needs a port, and a service whose name holds a slash is written with its registry")
	}
	return p.names(names)
}

// direct reads a list of addresses and the names behind it.
func (p *parser) direct(addrs, path string, slash bool) error {
	for addr := range strings.SplitSeq(addrs, ",") {
		if err := checkHostPort(addr); err != nil {
			return err
		}
	}
	p.target.Scheme, p.target.Authority = Direct, addrs
	names, err := p.named(path)
	if err != nil || names == "" && !slash {
		return err
	}
	return p.unversioned(names)
}

// registry reads what follows [protocol+]registry://.
func (p *parser) registry(source Schemer, rest string) error {
	authority, path, slash := strings.Cut(rest, "/")
	if err := checkAuthority(authority); err != nil {
		return err
	}
	p.target.Scheme, p.target.Authority = source.Scheme(), authority
	if pather, ok := source.(Pather); ok {
		if !slash {
			return wrong(authority, "no path: a path begins with the third slash")
		}
		return p.path(pather, authority, "/"+path)
	}
	if !slash && p.service == "" {
		return wrong(authority, "this is the registry's address, and no service follows: a service begins behind the third slash")
	}
	names, err := p.named(path)
	if err != nil {
		return err
	}
	return p.names(names)
}

// path reads the target of a Pather, whose service is a key.
func (p *parser) path(source Pather, authority, path string) error {
	path, err := unescape(path)
	if err != nil {
		return err
	}
	if err := source.CheckPath(authority, path); err != nil {
		return err
	}
	p.target.Path = path
	if p.service == "" {
		return wrong("", "no service: add ?service=NAME")
	}
	return p.unversioned(p.service)
}

// checkAuthority checks a registry's address: host[:port] and more behind commas.
func checkAuthority(authority string) error {
	if authority == "" {
		return nil
	}
	for addr := range strings.SplitSeq(authority, ",") {
		host, port, ported := cutPort(addr)
		if err := checkHost(host); err != nil {
			return err
		}
		if ported && !validPort(port) {
			return wrong(addr, "port "+quote(port)+": want a number from 1 to 65535")
		}
	}
	return nil
}

// named returns service[/method], from the path or from the key.
func (p *parser) named(path string) (string, error) {
	if path != "" && p.service != "" {
		return "", wrong(p.service, "the service is named twice: in the path and by the key service")
	}
	return or(path, p.service), nil
}

// unversioned is names where no registry has names of its own: there a version behind
// a colon is one that should be a key.
func (p *parser) unversioned(text string) error {
	if err := p.names(text); err != nil {
		return err
	}
	service, version, ok := strings.Cut(p.target.Service, ":")
	if ok && version != "" && '0' <= version[0] && version[0] <= '9' {
		version, _, _ = strings.Cut(version, ":")
		return wrong(p.target.Service, "the version is a key and no part of the name: write "+shorten(service)+" and the key version="+quote(version))
	}
	return nil
}

// names splits service[/method] at the last slash.
func (p *parser) names(text string) error {
	t := &p.target
	t.Service = text
	if i := strings.LastIndexByte(text, '/'); i >= 0 {
		t.Service, t.Method = text[:i], text[i+1:]
		if t.Method == "" {
			return wrong(text, "the method is empty: write service/method, or leave the slash out")
		}
	}
	switch {
	case t.Service == "":
		return wrong(text, "the service is empty: write service/method")
	case t.Service[0] == '/' || strings.HasSuffix(t.Service, "/") || strings.Contains(t.Service, "//"):
		return wrong(text, "two slashes without a name between them")
	case strings.ContainsAny(text, "%?# "):
		return wrong(text, "a name holds no percent sign, question mark, hash or space; it is not decoded")
	}
	return nil
}
