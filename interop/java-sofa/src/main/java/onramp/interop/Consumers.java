package onramp.interop;

import com.alipay.sofa.rpc.api.GenericService;
import com.alipay.sofa.rpc.config.ApplicationConfig;
import com.alipay.sofa.rpc.config.ConsumerConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Consumers are the references that were made. Those of one address and wire share its connection. */
final class Consumers {
    private static final String HEARTBEAT = "bolt.tcp.heartbeat.interval";

    private final Map<List<Object>, Consumer> consumers = new LinkedHashMap<>();

    /** caller returns the reference for a target, which it makes when there is none yet. */
    Caller caller(Target target, String method) {
        boolean declared = target.declares(method);
        List<Object> key = List.of(target.wire, target.addrs, target.type, target.version, target.timeout, target.retries,
            target.oneway, target.generic, target.header, declared);
        Consumer c = consumers.get(key);
        if (c == null) {
            c = refer(target, declared);
            consumers.put(key, c);
        }
        return c.caller;
    }

    /** refer returns when the connections are made, or cannot be made. */
    private static Consumer refer(Target target, boolean declared) {
        Class<?> type = target.generic || !declared ? GenericService.class : target.type.equals(Echo.class.getName()) ? Echo.class : Values.class;
        ConsumerConfig<Object> config = config(target, type == GenericService.class);
        Object proxy = connected(target.heartbeat, config);
        Caller caller = type == GenericService.class ? new GenericCaller((GenericService) proxy, target.generic) : Caller.of(type, proxy);
        return new Consumer(target.addrs, config, caller);
    }

    /** connected sets the silence after which connections are kept alive: the library reads it when it makes one. */
    private static Object connected(int heartbeat, ConsumerConfig<Object> config) {
        if (heartbeat > 0) {
            System.setProperty(HEARTBEAT, Integer.toString(heartbeat));
        }
        try {
            return config.refer();
        } finally {
            System.clearProperty(HEARTBEAT);
        }
    }

    private static ConsumerConfig<Object> config(Target target, boolean generic) {
        ConsumerConfig<Object> config = new ConsumerConfig<Object>()
            .setApplication(new ApplicationConfig().setAppName("onramp-interop"))
            .setInterfaceId(target.type)
            .setGeneric(generic)
            .setProtocol("bolt")
            .setDirectUrl(urls(target))
            .setRegister(false)
            .setTimeout(target.timeout)
            .setRetries(target.retries)
            .setReconnectPeriod(2000) // the library's least
            .setRepeatedReferLimit(-1)
            .setInvokeType(target.oneway ? "oneway" : "sync");
        config.setVersion(target.version);
        return config.setFilterRef(Collections.singletonList(new HeaderFilter(target.header)));
    }

    private static String urls(Target target) {
        List<String> urls = new ArrayList<>();
        for (String addr : target.addrs) {
            urls.add("bolt://" + addr + "?" + WireTransport.ATTRIBUTE + "=" + target.wire);
        }
        return String.join(";", urls);
    }

    /** close gives back all references to an address: the last one closes its connection. */
    void close(String addr) {
        for (Iterator<Consumer> all = consumers.values().iterator(); all.hasNext();) {
            Consumer c = all.next();
            if (c.addrs.contains(addr)) {
                all.remove();
                c.config.unRefer();
            }
        }
    }

    private record Consumer(List<String> addrs, ConsumerConfig<Object> config, Caller caller) {
    }
}
