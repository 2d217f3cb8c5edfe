package onramp.interop.dubbo;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import onramp.interop.Caller;
import onramp.interop.Peer;
import onramp.interop.Target;
import org.apache.dubbo.common.Version;
import org.apache.dubbo.config.ApplicationConfig;

/** DubboPeer is Java Dubbo, of version 3 or 2.7: the API that is used here is the same in both. */
public final class DubboPeer extends Peer {
    private final ApplicationConfig application = new ApplicationConfig("onramp-interop");
    private final Servers servers = new Servers(application);
    private final Clients clients = new Clients(application);

    public DubboPeer() {
        application.setQosEnable(false);
        Arriving.tell(seen);
    }

    @Override
    protected String title() {
        return "Java Dubbo " + Version.getVersion();
    }

    @Override
    protected List<String> with() {
        String netty = io.netty.util.Version.identify().get("netty-common").artifactVersion();
        return Arrays.asList("netty " + netty, "java " + System.getProperty("java.version"));
    }

    @Override
    protected List<String> wires() {
        return Collections.singletonList("dubbo");
    }

    @Override
    protected void serve(String wire, String host, int port) {
        servers.serve(port, seen);
    }

    @Override
    protected void stop(String addr) throws Exception {
        servers.stop(port(addr));
    }

    @Override
    protected Caller caller(Target target, String method) throws Exception {
        return clients.caller(target, method);
    }

    @Override
    protected void close(String addr) {
        clients.close(addr);
    }

    @Override
    protected String kindOf(Throwable t) {
        return Ends.kindOf(t);
    }

    private static int port(String addr) {
        return Integer.parseInt(addr.substring(addr.lastIndexOf(':') + 1));
    }
}
