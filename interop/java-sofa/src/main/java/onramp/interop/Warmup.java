package onramp.interop;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** Warmup makes the first call of a process: it loads a thousand classes, which takes longer than many calls may. */
final class Warmup {
    private static final String HOST = "127.0.0.1";

    private Warmup() {
    }

    static void run(Servers servers, Consumers consumers) throws Exception {
        int port;
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            port = any.getLocalPort();
        }
        String addr = HOST + ":" + port;
        servers.serve(HOST, port);
        Map<String, Object> ask = new LinkedHashMap<>();
        ask.put("wire", Wire.V1.name);
        ask.put("addr", addr);
        ask.put("service", "onramp.interop.Echo:1.0");
        ask.put("timeout", 30_000);
        try {
            consumers.caller(new Target(ask), "echo").call("echo", new Class<?>[] {Message.class}, new Object[] {new Message()});
        } catch (Throwable t) {
            throw new IllegalStateException("this peer cannot call itself", t);
        } finally {
            consumers.close(addr);
            servers.stop(addr);
        }
    }
}
