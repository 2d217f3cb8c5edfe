package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// advertised returns the address to announce for a listener.
func (s *Server) advertised(a net.Addr) (string, error) {
	if s.cfg.endpoint.Addr != "" {
		return s.cfg.endpoint.Addr, nil
	}
	switch a := a.(type) {
	case *net.UnixAddr:
		return "unix:" + a.Name, nil
	case *net.TCPAddr:
		if a.IP != nil && !a.IP.IsUnspecified() {
			return a.String(), nil
		}
		host, err := ownAddress()
		if err != nil {
			return "", fmt.Errorf("server: announcing the listener %s: %w: say it with WithEndpoint, or listen on one address", a, err)
		}
		return net.JoinHostPort(host, strconv.Itoa(a.Port)), nil
	}
	return a.String(), nil
}

// dialable reports whether an address to announce is host:port or unix:/path.
func dialable(addr string) bool {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return strings.HasPrefix(path, "/") && len(path) > 1
	}
	host, port, err := net.SplitHostPort(addr)
	n, bad := strconv.ParseUint(port, 10, 16)
	return err == nil && host != "" && bad == nil && n > 0
}

// ownAddress returns the first address of this machine that others can reach, an
// IPv4 one if there is any.
func ownAddress() (string, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	return reachable(addrs)
}

func reachable(addrs []net.Addr) (string, error) {
	first := ""
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		switch ip := p.Addr().Unmap(); {
		case !ip.IsGlobalUnicast():
		case ip.Is4():
			return ip.String(), nil
		case first == "":
			first = ip.String()
		}
	}
	if first == "" {
		return "", errors.New("this machine has no address that others can reach")
	}
	return first, nil
}
