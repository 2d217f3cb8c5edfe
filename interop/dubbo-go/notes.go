package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"dubbo.apache.org/dubbo-go/v3/common/constant"
)

// arrival is a call that the server saw.
type arrival struct {
	Service string            `json:"service"`
	Method  string            `json:"method"`
	Timeout int               `json:"timeout"`
	Header  map[string]string `json:"header"`
	// Message is Echo's.
	Message *message `json:"message,omitempty"`
	// Sample, Equal and Why are Values'.
	Sample string `json:"sample,omitempty"`
	Equal  *bool  `json:"equal,omitempty"`
	Why    string `json:"why,omitempty"`
}

// arrivals are what "seen" tells.
type arrivals struct {
	Connections int       `json:"connections"`
	Calls       []arrival `json:"calls"`
}

// notes collects the calls of all servers since they were taken last. The library
// tells of no connection: one is counted with its first call.
type notes struct {
	mu    sync.Mutex
	seen  arrivals
	peers map[string]bool
}

// add notes a call, with what its attachments tell.
func (n *notes) add(ctx context.Context, a arrival) {
	attached, _ := ctx.Value(constant.AttachmentKey).(map[string]any)
	a.Timeout, _ = strconv.Atoi(fmt.Sprint(attached[constant.TimeoutKey]))
	a.Header = headers(attached)
	from := fmt.Sprint(attached[constant.RemoteAddr])
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.peers == nil {
		n.peers = map[string]bool{}
	}
	if !n.peers[from] {
		n.peers[from] = true
		n.seen.Connections++
	}
	n.seen.Calls = append(n.seen.Calls, a)
}

// take returns the notes and begins anew.
func (n *notes) take() arrivals {
	n.mu.Lock()
	defer n.mu.Unlock()
	got := n.seen
	n.seen = arrivals{}
	return got
}

// headers are the attachments that an application put there.
func headers(attached map[string]any) map[string]string {
	h := map[string]string{}
	for k, v := range attached {
		switch k {
		case constant.PathKey, constant.InterfaceKey, constant.GroupKey, constant.VersionKey, constant.TimeoutKey,
			constant.AsyncKey, constant.GenericKey, constant.RetriesKey, constant.LocalAddr, constant.RemoteAddr,
			constant.EnvironmentKey, constant.TokenKey, "dubbo", "remote.application", "id":
		default:
			h[k] = fmt.Sprint(v)
		}
	}
	return h
}
