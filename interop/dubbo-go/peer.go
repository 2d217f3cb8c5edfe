package main

import (
	"dubbo.apache.org/dubbo-go/v3"
	// What the client and the server below are put together from.
	_ "dubbo.apache.org/dubbo-go/v3/cluster/cluster/failfast"
	_ "dubbo.apache.org/dubbo-go/v3/cluster/cluster/failover"
	_ "dubbo.apache.org/dubbo-go/v3/cluster/loadbalance/random"
	_ "dubbo.apache.org/dubbo-go/v3/filter/echo"
	_ "dubbo.apache.org/dubbo-go/v3/filter/generic"
	_ "dubbo.apache.org/dubbo-go/v3/filter/graceful_shutdown"
	_ "dubbo.apache.org/dubbo-go/v3/protocol/dubbo"
	_ "dubbo.apache.org/dubbo-go/v3/proxy/proxy_factory"
	"dubbo.apache.org/dubbo-go/v3/remoting/getty"
)

// maxMessage is how many bytes a frame may have, either way.
const maxMessage = 16 << 20

// peer is the library's instance with what runs in it. The driver asks one thing at
// a time.
type peer struct {
	instance *dubbo.Instance
	notes    *notes
	servers  int
	clients  *clients
	load     *load
}

// newPeer makes an instance whose metadata is not served: that service would listen
// on every address of the machine.
func newPeer() (*peer, error) {
	instance, err := dubbo.NewInstance(dubbo.WithName("onramp-interop"), dubbo.WithRemoteMetadata())
	if err != nil {
		return nil, err
	}
	quiet() // making the instance has set the logs up
	conf := getty.GetDefaultServerConfig()
	conf.GettySessionParam.MaxMsgLen = maxMessage
	getty.SetServerConfig(*conf)
	p := &peer{instance: instance, notes: &notes{}}
	p.clients = newClients(instance)
	return p, nil
}
