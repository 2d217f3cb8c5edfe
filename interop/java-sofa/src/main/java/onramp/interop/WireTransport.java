package onramp.interop;

import com.alipay.remoting.Url;
import com.alipay.sofa.rpc.client.ProviderInfo;
import com.alipay.sofa.rpc.ext.Extension;
import com.alipay.sofa.rpc.transport.ClientTransportConfig;
import com.alipay.sofa.rpc.transport.bolt.BoltClientTransport;

/** WireTransport is SOFARPC's Bolt transport with the wire that a provider's URL asks for: "bolt://host:port?wire=...". */
@Extension(value = "bolt", override = true, order = 1)
public class WireTransport extends BoltClientTransport {
    /** ATTRIBUTE is the wire's name in a provider's URL. */
    static final String ATTRIBUTE = "wire";

    public WireTransport(ClientTransportConfig config) {
        super(config);
    }

    @Override
    protected Url convertProviderToUrl(ClientTransportConfig config, ProviderInfo provider) {
        Url usual = super.convertProviderToUrl(config, provider);
        Wire wire = Wire.of(provider.getStaticAttr(ATTRIBUTE));
        if (wire == Wire.V1) {
            return usual;
        }
        // A key of its own: a connection keeps the version that it was made for.
        String key = usual.getUniqueKey() + "?" + wire.name;
        Url url = new Url(usual.getOriginUrl(), usual.getIp(), usual.getPort(), key, null);
        url.setConnectTimeout(usual.getConnectTimeout());
        url.setConnNum(usual.getConnNum());
        url.setProtocol(wire.protocol);
        url.setVersion(wire.version);
        return url;
    }
}
