package onramp.interop;

import com.alipay.sofa.rpc.config.ApplicationConfig;
import com.alipay.sofa.rpc.config.ProviderConfig;
import com.alipay.sofa.rpc.config.ServerConfig;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Servers are those of this process, by address. */
final class Servers {
    private final Seen seen;
    private final Map<String, ServerConfig> servers = new HashMap<>();

    Servers(Seen seen) {
        this.seen = seen;
    }

    void serve(String host, int port) {
        ServerConfig server = new ServerConfig().setProtocol("bolt").setHost(host).setBoundHost(host).setPort(port).setDaemon(true);
        export(server, Echo.class, new EchoService(seen, "onramp.interop.Echo:1.0", ""));
        export(server, Values.class, new ValuesService(seen));
        servers.put(host + ":" + port, server);
    }

    private <T> void export(ServerConfig server, Class<T> type, T service) {
        new ProviderConfig<T>()
            .setApplication(new ApplicationConfig().setAppName("onramp-interop"))
            .setInterfaceId(type.getName())
            .setRef(service)
            .setServer(server)
            .setFilterRef(Collections.singletonList(new SeenFilter(seen)))
            .setRegister(false)
            .setRepeatedExportLimit(-1) // two servers in one process
            .export();
    }

    /**
     * stop waits for the requests that run, and closes. It leaves the services exported:
     * the library forgets a service's methods for all servers when one takes it back.
     */
    void stop(String addr) {
        ServerConfig server = servers.remove(addr);
        if (server == null) {
            throw new IllegalArgumentException("no server is at " + addr);
        }
        server.destroy();
    }
}
