package bolt_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

type vector struct {
	Name, Hex, Meaning string
	frame              []byte
}

// vectors returns the golden frames of one protocol version.
func vectors(tb testing.TB, version byte) []vector {
	tb.Helper()
	var out []vector
	for _, file := range []string{"bolt_java.json", "bolt_node.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			tb.Fatal(err)
		}
		var all []vector
		if err := json.Unmarshal(text, &all); err != nil {
			tb.Fatal(err)
		}
		for _, v := range all {
			if v.frame, err = hex.DecodeString(v.Hex); err != nil {
				tb.Fatal(err)
			}
			if v.frame[0] == version {
				out = append(out, v)
			}
		}
	}
	if len(out) < 10 {
		tb.Fatalf("only %d golden frames of version %d", len(out), version)
	}
	return out
}

// golden returns the golden frames of both versions.
func golden(tb testing.TB) []vector {
	tb.Helper()
	return append(vectors(tb, 1), vectors(tb, 2)...)
}

const (
	sofaRequest  = "com.alipay.sofa.rpc.core.request.SofaRequest"
	sofaResponse = "com.alipay.sofa.rpc.core.response.SofaResponse"
)

// meaning is what a golden frame says.
type meaning struct {
	kind       codec.FrameKind
	id         uint64
	serializer uint8
	timeout    time.Duration
	status     uint16
	class      string
	content    int
	header     map[string]string
	flags      uint8 // of version 2: the switch, and 0x80 for ver1 1
}

var meanings = map[string]meaning{
	"bolt_v1_sofarpc_req_1":     {codec.Request, 1, 1, 3 * time.Second, 0, sofaRequest, 232, map[string]string{"app": "java-cli", "service": "com.acme.Greeter:1.0", "sofa_head_method_name": "sayHello", "type": "sync"}, 0},
	"bolt_v1_sofarpc_req_4":     {codec.Request, 4, 1, 3 * time.Second, 0, sofaRequest, 258, map[string]string{"sofa_head_target_service": "com.acme.Greeter:1.0", "sofa_head_method_name": "many", "protocol": "bolt"}, 0},
	"bolt_v1_sofarpc_resp_4":    {codec.Response, 4, 1, 0, 0, sofaResponse, 155, nil, 0},
	"bolt_v1_min_req_5":         {codec.Request, 5, 1, 3 * time.Second, 0, sofaRequest, 202, map[string]string{"sofa_head_method_name": "noSuchMethod", "sofa_head_target_app": "java-srv"}, 0},
	"bolt_v1_min_resp_5":        {codec.Response, 5, 1, 0, 0, sofaResponse, 221, map[string]string{"sofa_head_response_error": "true"}, 0},
	"bolt_v1_min_oneway":        {codec.Oneway, 6, 1, -time.Millisecond, 0, sofaRequest, 196, map[string]string{"sofa_head_method_name": "fire"}, 0},
	"bolt_v1_min_heartbeat":     {codec.Heartbeat, 7, 1, -time.Millisecond, 0, "", 0, nil, 0},
	"bolt_v1_heartbeat":         {codec.Heartbeat, 7, 1, 3 * time.Second, 0, "", 0, nil, 0},
	"bolt_v1_heartbeat_ack":     {codec.HeartbeatAck, 7, 1, 0, 0, "", 0, nil, 0},
	"bolt_v1_req_protobuf":      {codec.Request, 1, 11, 3 * time.Second, 0, sofaRequest, 9, map[string]string{"sofa_head_target_app": "acme", "k": "v", "rpc_trace_context.sofaRpcId": "0"}, 0},
	"bolt_v1_resp_protobuf_err": {codec.Response, 1, 11, 0, 2, sofaResponse, 10, map[string]string{"sofa_head_response_error": "true"}, 0},

	"bolt_v2_ver2_req_3":          {codec.Request, 3, 1, 3 * time.Second, 0, sofaRequest, 194, map[string]string{"sofa_head_method_name": "boom", "service": "com.acme.Greeter:1.0"}, 1},
	"bolt_v2_ver2_req_5":          {codec.Request, 5, 1, 3 * time.Second, 0, sofaRequest, 202, map[string]string{"sofa_head_method_name": "noSuchMethod"}, 1},
	"bolt_v2_ver2_resp_1":         {codec.Response, 1, 1, 0, 0, sofaResponse, 110, nil, 1},
	"bolt_v2_ver2_resp_2":         {codec.Response, 2, 1, 0, 0, sofaResponse, 110, nil, 0},
	"bolt_v2_ver2_oneway":         {codec.Oneway, 6, 1, -time.Millisecond, 0, sofaRequest, 196, map[string]string{"sofa_head_method_name": "fire"}, 1},
	"bolt_v2_ver2_heartbeat":      {codec.Heartbeat, 7, 1, -time.Millisecond, 0, "", 0, nil, 0},
	"bolt_v2_ver2_heartbeat_ack":  {codec.HeartbeatAck, 7, 1, 0, 0, "", 0, nil, 0},
	"bolt_v2_ver1_req_2":          {codec.Request, 2, 1, 3 * time.Second, 0, sofaRequest, 202, map[string]string{"sofa_head_method_name": "sayHello"}, 0x80},
	"bolt_v2_ver1_req_4":          {codec.Request, 4, 1, 3 * time.Second, 0, sofaRequest, 197, map[string]string{"service": "com.acme.Nobody:1.0", "sofa_head_method_name": "sayHello"}, 0x81},
	"bolt_v2_ver1_req_5":          {codec.Request, 5, 1, 3 * time.Second, 0, sofaRequest, 202, map[string]string{"sofa_head_method_name": "noSuchMethod"}, 0x81},
	"bolt_v2_ver1_resp_2":         {codec.Response, 2, 1, 0, 0, sofaResponse, 110, nil, 0x80},
	"bolt_v2_ver1_resp_3":         {codec.Response, 3, 1, 0, 0, sofaResponse, 2526, map[string]string{"sofa_head_response_error": "true"}, 0x81},
	"bolt_v2_ver1_resp_5":         {codec.Response, 5, 1, 0, 0, sofaResponse, 221, map[string]string{"sofa_head_response_error": "true"}, 0x81},
	"bolt_v2v1_req":               {codec.Request, 1, 1, 3 * time.Second, 0, sofaRequest, 213, map[string]string{"service": "com.acme.Greeter:1.0"}, 0x80},
	"bolt_v2v1_resp":              {codec.Response, 1, 1, 0, 0, sofaResponse, 110, nil, 0x80},
	"bolt_v2v2_nocrc_req":         {codec.Request, 1, 1, 3 * time.Second, 0, sofaRequest, 213, map[string]string{"service": "com.acme.Greeter:1.0"}, 0},
	"bolt_v2v2_nocrc_resp":        {codec.Response, 1, 1, 0, 0, sofaResponse, 110, nil, 0},
	"bolt_v2v2_nocrc_heartbeat":   {codec.Heartbeat, 7, 1, 3 * time.Second, 0, "", 0, nil, 0},
	"bolt_v2v2_crc_req":           {codec.Request, 1, 1, 3 * time.Second, 0, sofaRequest, 213, map[string]string{"service": "com.acme.Greeter:1.0"}, 1},
	"bolt_v2v2_crc_resp":          {codec.Response, 1, 1, 0, 0, sofaResponse, 110, nil, 1},
	"bolt_v2v2_crc_heartbeat_ack": {codec.HeartbeatAck, 7, 1, 0, 0, "", 0, nil, 1},
}
