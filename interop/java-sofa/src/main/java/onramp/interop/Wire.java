package onramp.interop;

import com.alipay.remoting.rpc.protocol.RpcProtocol;
import com.alipay.remoting.rpc.protocol.RpcProtocolV2;
import java.util.ArrayList;
import java.util.List;

/** Wire is a version of Bolt. SOFARPC's client speaks the first one; WireTransport adds the others. */
enum Wire {
    V1("bolt1-hessian", RpcProtocol.PROTOCOL_CODE, RpcProtocolV2.PROTOCOL_VERSION_1),
    /** V2 sets the bit of the checksum and sends none: that is what version 1 of protocol 2 means to the library. */
    V2("bolt2-hessian", RpcProtocolV2.PROTOCOL_CODE, RpcProtocolV2.PROTOCOL_VERSION_1),
    V2_CRC("bolt2-crc-hessian", RpcProtocolV2.PROTOCOL_CODE, RpcProtocolV2.PROTOCOL_VERSION_2);

    final String name;
    final byte protocol;
    final byte version;

    Wire(String name, byte protocol, byte version) {
        this.name = name;
        this.protocol = protocol;
        this.version = version;
    }

    static Wire of(String name) {
        for (Wire w : values()) {
            if (w.name.equals(name)) {
                return w;
            }
        }
        throw new IllegalArgumentException("no wire is called " + name);
    }

    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (Wire w : values()) {
            names.add(w.name);
        }
        return names;
    }
}
