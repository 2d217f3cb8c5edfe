package oracle

import (
	"testing"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/onrampmesh/onramp/codec"
)

func TestOurHeartbeatsAreReadByDubboGo(t *testing.T) {
	o := newOurs(t)
	beat := o.framer.AppendHeartbeat(nil, 1<<40+7)
	h, c := theirs(t, beat)
	if want := hessian.PackageHeartbeat | hessian.PackageRequest | hessian.PackageRequest_TwoWay; h.Type != want || h.ID != 1<<40+7 || h.SerialID != 2 {
		t.Errorf("it reads the heartbeat as %+v", h)
	}
	if err := c.ReadBody(nil); err != nil {
		t.Error(err)
	}
	h, c = theirs(t, o.framer.AppendHeartbeatAck(nil, o.read(beat)))
	if want := hessian.PackageHeartbeat | hessian.PackageResponse; h.Type != want || h.ID != 1<<40+7 || h.ResponseStatus != hessian.Response_OK {
		t.Errorf("it reads the answer to a heartbeat as %+v", h)
	}
	if err := c.ReadBody(nil); err != nil {
		t.Error(err)
	}
}

func TestDubboGosHeartbeatsAreReadByUs(t *testing.T) {
	o := newOurs(t)
	beat := write(t, hessian.Service{}, hessian.DubboHeader{Type: hessian.PackageHeartbeat, ID: 1<<40 + 7}, []any{})
	if f := o.read(beat); f.Kind != codec.Heartbeat || f.ID != 1<<40+7 {
		t.Errorf("its heartbeat is of kind %v with the id %d", f.Kind, f.ID)
	}
	ack := write(t, hessian.Service{}, hessian.DubboHeader{Type: hessian.PackageHeartbeat, ID: 1<<40 + 7, ResponseStatus: hessian.Response_OK}, nil)
	if f := o.read(ack); f.Kind != codec.HeartbeatAck || f.ID != 1<<40+7 || f.Status != uint16(hessian.Response_OK) {
		t.Errorf("its answer is of kind %v with the id %d and the status %d", f.Kind, f.ID, f.Status)
	}
}

// The library knows events as heartbeats: a server that goes away does not confuse it.
func TestOurFarewellIsAnEventForDubboGo(t *testing.T) {
	h, c := theirs(t, newOurs(t).framer.AppendGoAway(nil, 7))
	if want := hessian.PackageHeartbeat | hessian.PackageRequest; h.Type != want || h.ID != 7 {
		t.Errorf("it reads it as %+v", h)
	}
	if err := c.ReadBody(nil); err != nil {
		t.Error(err)
	}
}
