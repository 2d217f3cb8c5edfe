package onramp.interop;

import com.alipay.remoting.AsyncContext;
import com.alipay.remoting.BizContext;
import com.alipay.remoting.rpc.RpcServer;
import com.alipay.sofa.rpc.config.ServerConfig;
import com.alipay.sofa.rpc.core.request.SofaRequest;
import com.alipay.sofa.rpc.ext.Extension;
import com.alipay.sofa.rpc.server.bolt.BoltServer;
import com.alipay.sofa.rpc.server.bolt.BoltServerProcessor;

/** PeerServer is SOFARPC's Bolt server, which filters can ask for timeouts and which can end before its process. */
@Extension(value = "bolt", override = true, order = 1)
public class PeerServer extends BoltServer {
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

    /** initRemotingServer makes a server that closes its connections when it stops, as the end of a process would. */
    @Override
    protected RpcServer initRemotingServer() {
        RpcServer server = new RpcServer(serverConfig.getBoundHost(), serverConfig.getPort(), true);
        server.registerUserProcessor(boltServerProcessor);
        return server;
    }
}
