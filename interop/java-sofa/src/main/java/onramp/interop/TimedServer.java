package onramp.interop;

import com.alipay.remoting.AsyncContext;
import com.alipay.remoting.BizContext;
import com.alipay.sofa.rpc.config.ServerConfig;
import com.alipay.sofa.rpc.core.request.SofaRequest;
import com.alipay.sofa.rpc.ext.Extension;
import com.alipay.sofa.rpc.server.bolt.BoltServer;
import com.alipay.sofa.rpc.server.bolt.BoltServerProcessor;

/** TimedServer is SOFARPC's Bolt server, which also tells filters the timeout of a request's frame. */
@Extension(value = "bolt", override = true, order = 1)
public class TimedServer extends BoltServer {
    @Override
    public void init(ServerConfig config) {
        super.init(config);
        boltServerProcessor = new BoltServerProcessor(this) {
            @Override
            public void handleRequest(BizContext frame, AsyncContext reply, SofaRequest request) {
                request.setTimeout(frame.getClientTimeout());
                super.handleRequest(frame, reply, request);
            }
        };
    }
}
