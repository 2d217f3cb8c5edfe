package onramp.interop.dubbo;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import onramp.interop.Echo;
import onramp.interop.EchoService;
import onramp.interop.Seen;
import onramp.interop.Values;
import onramp.interop.ValuesService;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.rpc.ProtocolServer;
import org.apache.dubbo.rpc.protocol.AbstractProtocol;
import org.apache.dubbo.rpc.protocol.dubbo.DubboProtocol;

/** Servers are the ports that this peer serves. */
final class Servers {
    /** How long a stop waits for clients to close their connections, in milliseconds; Dubbo's own is 10 s. */
    private static final int STOP = 2000;

    private final ApplicationConfig application;
    private final Map<Integer, List<ServiceConfig<?>>> exported = new TreeMap<>();

    Servers(ApplicationConfig application) {
        this.application = application;
    }

    /** serve exports every service at a port. */
    void serve(int port, Seen seen) {
        ProtocolConfig protocol = new ProtocolConfig(DubboProtocol.NAME, port);
        protocol.setId("dubbo-" + port); // or a second port would be taken for the first
        protocol.setSerialization("hessian2");
        protocol.setServer(Loopback.NAME);
        List<ServiceConfig<?>> all = new ArrayList<>();
        exported.put(port, all);
        all.add(export(protocol, Echo.class, new EchoService(seen, "onramp.interop.Echo:1.0", ""), "", "1.0"));
        all.add(export(protocol, Echo.class, new EchoService(seen, "blue/onramp.interop.Echo:2.0", "blue "), "blue", "2.0"));
        all.add(export(protocol, Values.class, new ValuesService(seen), "", "1.0"));
    }

    private <T> ServiceConfig<T> export(ProtocolConfig protocol, Class<T> type, T service, String group, String version) {
        ServiceConfig<T> c = new ServiceConfig<>();
        c.setApplication(application);
        c.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        c.setProtocol(protocol);
        c.setInterface(type);
        c.setRef(service);
        if (!group.isEmpty()) {
            c.setGroup(group);
        }
        c.setVersion(version);
        c.setFilter(Arriving.NAME);
        c.export();
        return c;
    }

    /**
     * stop does to one server what the end of the process does to all: it tells the
     * clients, waits until they have closed their connections, and ends.
     */
    void stop(int port) throws ReflectiveOperationException {
        List<ServiceConfig<?>> services = exported.remove(port);
        if (services == null) {
            throw new IllegalArgumentException("nothing is served at port " + port);
        }
        for (ProtocolServer s : DubboProtocol.getDubboProtocol().getServers()) {
            if (s.getUrl().getPort() == port) {
                s.getRemotingServer().close(STOP);
                forget(s.getAddress());
            }
        }
        services.forEach(ServiceConfig::unexport);
    }

    /** forget lets a port be served again: the protocol keeps a server that is closed. */
    private static void forget(String address) throws ReflectiveOperationException {
        Field f = AbstractProtocol.class.getDeclaredField("serverMap");
        f.setAccessible(true);
        ((Map<?, ?>) f.get(DubboProtocol.getDubboProtocol())).remove(address);
    }
}
