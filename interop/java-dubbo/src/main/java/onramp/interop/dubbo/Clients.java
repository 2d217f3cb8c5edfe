package onramp.interop.dubbo;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import onramp.interop.Caller;
import onramp.interop.Echo;
import onramp.interop.Missing;
import onramp.interop.Target;
import onramp.interop.Values;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.rpc.service.EchoService;
import org.apache.dubbo.rpc.service.GenericService;

/** Clients keeps references. All those to one address share its connection, as Dubbo has it. */
final class Clients {
    private final ApplicationConfig application;
    private final Map<String, ReferenceConfig<?>> references = new HashMap<>();

    Clients(ApplicationConfig application) {
        this.application = application;
    }

    /** caller calls by the interface, by the generic service, or a method that the interface has not. */
    Caller caller(Target target, String method) throws ReflectiveOperationException {
        Class<?> type = target.generic ? GenericService.class : interfaceOf(target.type);
        String url = Urls.of(target);
        String key = String.join(" ", url, target.group, target.type, target.version, type.getName());
        ReferenceConfig<?> reference = references.get(key);
        if (reference == null) {
            reference = reference(target, type, url);
            references.put(key, reference);
        }
        Object proxy = reference.get();
        if (method.equals("$echo")) { // every reference has it, and every provider answers
            return new Context(target, (name, types, args) -> ((EchoService) proxy).$echo(args[0]));
        }
        if (target.generic) {
            return new Context(target, new Generic((GenericService) proxy));
        }
        if (target.type.equals(Missing.class.getName()) || target.declares(method)) {
            return new Context(target, Caller.of(type, proxy));
        }
        return new Context(target, new Undeclared(reference, target));
    }

    private static Class<?> interfaceOf(String name) {
        for (Class<?> c : new Class<?>[] {Echo.class, Values.class, Missing.class}) {
            if (c.getName().equals(name)) {
                return c;
            }
        }
        throw new IllegalArgumentException("this peer has no interface " + name);
    }

    private <T> ReferenceConfig<T> reference(Target target, Class<T> type, String url) {
        ReferenceConfig<T> c = new ReferenceConfig<>();
        c.setApplication(application);
        c.setInterface(target.type);
        if (target.generic) {
            c.setGeneric("true");
        } else {
            c.setInterface(type);
        }
        if (!target.group.isEmpty()) {
            c.setGroup(target.group);
        }
        c.setVersion(target.version);
        c.setUrl(url);
        c.setCheck(false); // a server that is not there yet is not an error before a call
        return c;
    }

    /** close ends every reference to an address, and with the last one the connection. */
    void close(String addr) {
        for (Iterator<Map.Entry<String, ReferenceConfig<?>>> i = references.entrySet().iterator(); i.hasNext();) {
            Map.Entry<String, ReferenceConfig<?>> e = i.next();
            if (e.getKey().contains("//" + addr + "?")) {
                e.getValue().destroy();
                i.remove();
            }
        }
    }
}
