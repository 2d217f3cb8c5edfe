package discovery

import (
	"net/netip"
	"strings"
)

// checkAddr says what is wrong with an endpoint's address: host:port, where an
// IPv6 host stands in brackets, or unix:/path.
func checkAddr(addr string) error {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok && strings.HasPrefix(path, "/") {
		if len(path) > 1 && printable(path) {
			return nil
		}
		return wrong(addr, "want the path of a socket behind unix:")
	}
	return checkHostPort(addr)
}

// checkHostPort says what is wrong with host:port.
func checkHostPort(addr string) error {
	host, port, ok := cutPort(addr)
	if !ok {
		return wrong(addr, "no port: write host:port")
	}
	if err := checkHost(host); err != nil {
		return err
	}
	if !validPort(port) {
		return wrong(addr, "port "+quote(port)+": want a number from 1 to 65535")
	}
	return nil
}

// checkHost accepts names, IPv4 addresses and bracketed IPv6 addresses.
func checkHost(host string) error {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if ip, err := netip.ParseAddr(inner); !ok || err != nil || !ip.Is6() {
			return wrong(host, "want an IPv6 address in brackets, like [::1]")
		}
		return nil
	}
	switch {
	case host == "":
		return wrong(host, "an address has no host: write host:port")
	case strings.Contains(host, ":"):
		return wrong(host, "too many colons: an IPv6 address stands in brackets, like [::1]:80")
	case strings.ContainsAny(host, "/,?#%@[] ") || !printable(host):
		return wrong(host, "this is no host name")
	}
	return nil
}

// cutPort cuts at the last colon that is not inside brackets.
func cutPort(addr string) (host, port string, ok bool) {
	i := strings.LastIndexByte(addr, ':')
	if i < 0 || i < strings.LastIndexByte(addr, ']') {
		return addr, "", false
	}
	return addr[:i], addr[i+1:], true
}

// validPort accepts 1 to 65535 without leading zeros.
func validPort(s string) bool {
	if !decimal(s) || len(s) > 5 || s[0] == '0' {
		return false
	}
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n <= 65535
}

func decimal(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
