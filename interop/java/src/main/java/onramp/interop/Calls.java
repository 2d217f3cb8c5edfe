package onramp.interop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Calls makes the calls of an ask and tells how each one ended. */
final class Calls {
    private final Peer peer;
    private final Caller caller;
    private final String method;
    private final boolean values;

    Calls(Peer peer, Caller caller, Target target, String method) {
        this.peer = peer;
        this.caller = caller;
        this.method = method;
        this.values = target.type.equals("onramp.interop.Values");
    }

    /** one makes the call that a line describes. */
    Map<String, Object> one(Map<String, Object> spec) {
        try {
            return values ? value(spec) : Collections.singletonMap("reply", message(spec));
        } catch (Throwable t) {
            return Collections.singletonMap("failed", failed(t));
        }
    }

    private Map<String, Object> message(Map<String, Object> spec) throws Throwable {
        Object reply = caller.call(method, new Class<?>[] {Message.class}, new Object[] {caller.convert(Messages.fromLine(spec))});
        if (reply == null || reply instanceof Message) {
            return Messages.toLine((Message) reply);
        }
        return Collections.singletonMap("text", "a reply of class " + reply.getClass().getName());
    }

    private Map<String, Object> value(Map<String, Object> spec) throws Throwable {
        String sample = spec.containsKey("sample") ? (String) spec.get("sample") : "";
        if (method.startsWith("check") && !Samples.has(sample)) {
            return Collections.singletonMap("failed", failure("local", "unknown sample", sample));
        }
        Object[] args = arguments(method, sample);
        for (int i = 0; i < args.length; i++) {
            args[i] = caller.convert(args[i]);
        }
        Object reply;
        try {
            reply = caller.call(method, types(method, sample), args);
        } catch (Throwable t) {
            if (!(wanted(method, sample) instanceof Throwable)) {
                throw t;
            }
            reply = t; // some libraries throw an exception that is the reply's value
        }
        String why = Same.as(reply, caller.convert(wanted(method, sample)));
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("equal", why == null);
        told.put("why", why == null ? "" : why);
        return Collections.singletonMap("reply", told);
    }

    /** types are the parameters of the method that takes the sample. */
    static Class<?>[] types(String method, String sample) {
        if (method.equals("over")) {
            return over(sample);
        }
        for (Method m : Values.class.getMethods()) {
            if (m.getName().equals(method)) {
                return m.getParameterTypes();
            }
        }
        throw new IllegalArgumentException("Values has no method " + method);
    }

    private static Class<?>[] over(String sample) {
        Map<String, Class<?>[]> all = new HashMap<>();
        all.put("int", new Class<?>[] {int.class});
        all.put("long", new Class<?>[] {long.class});
        all.put("integer", new Class<?>[] {Integer.class});
        all.put("string", new Class<?>[] {String.class});
        all.put("list", new Class<?>[] {List.class});
        all.put("two", new Class<?>[] {String.class, int.class});
        return all.get(sample);
    }

    static Object[] arguments(String method, String sample) {
        switch (method) {
            case "join":
                return new Object[] {"a", 7, 1L << 40, new ArrayList<>(Arrays.asList("x", "y")), Samples.fill(300)};
            case "twins":
                Car c = twin();
                return new Object[] {c, c};
            case "nothing":
                return new Object[0];
            case "quiet":
                return new Object[] {"hush"};
            case "over":
                Map<String, Object[]> all = new HashMap<>();
                all.put("int", new Object[] {7});
                all.put("long", new Object[] {7L});
                all.put("integer", new Object[] {7});
                all.put("string", new Object[] {"7"});
                all.put("list", new Object[] {new ArrayList<>(Arrays.asList(7))});
                all.put("two", new Object[] {"7", 7});
                return all.get(sample);
            default:
                return new Object[] {sample, Samples.get(sample)};
        }
    }

    /** twin is the car that twins gets twice. */
    static Car twin() {
        return Samples.car("red", 1);
    }

    private static Object wanted(String method, String sample) {
        switch (method) {
            case "join":
                return "a|7|1099511627776|x,y|300";
            case "twins":
                return true;
            case "nothing":
            case "quiet":
                return null;
            case "over":
                return sample;
            default:
                return Samples.get(sample);
        }
    }

    /** failed tells of an exception as the application got it. */
    Map<String, Object> failed(Throwable t) {
        Map<String, Object> m = failure(peer.kindOf(t), t.getClass().getName(), t.getMessage());
        if (t instanceof SoldOut) {
            m.put("item", ((SoldOut) t).item);
            m.put("left", ((SoldOut) t).left);
        }
        if (t.getCause() != null) {
            m.put("cause", failure("", t.getCause().getClass().getName(), t.getCause().getMessage()));
        }
        return m;
    }

    static Map<String, Object> failure(String kind, String name, String text) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("kind", kind);
        m.put("name", name);
        m.put("text", text == null ? "" : text);
        return m;
    }

    /** all makes the calls of an ask at once. */
    static List<Object> all(Peer peer, Calls calls, List<?> specs) throws InterruptedException {
        Object[] ends = new Object[specs.size()];
        Thread[] threads = new Thread[ends.length];
        for (int i = 0; i < ends.length; i++) {
            int n = i;
            threads[i] = new Thread(() -> ends[n] = calls.one(cast(specs.get(n))), "call " + i);
            threads[i].setDaemon(true);
            threads[i].start();
        }
        for (Thread t : threads) {
            t.join();
        }
        return Arrays.asList(ends);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Object o) {
        return (Map<String, Object>) o;
    }
}
