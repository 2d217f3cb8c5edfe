package onramp.interop;

import com.alipay.sofa.rpc.common.Version;
import java.util.Arrays;
import java.util.List;

/** Main is the peer of Java SOFARPC: see ../README.md. */
public final class Main extends Peer {
    private final Servers servers = new Servers(seen);
    private final Consumers consumers = new Consumers();

    public static void main(String[] args) throws Exception {
        Surroundings.prepare();
        Main main = new Main();
        Warmup.run(main.servers, main.consumers);
        main.seen.take();
        main.run();
    }

    @Override
    protected String title() {
        return "Java SOFARPC " + Version.VERSION;
    }

    @Override
    protected List<String> with() {
        return Arrays.asList(Surroundings.version("bolt"), Surroundings.version("hessian"), "java " + Runtime.version().feature());
    }

    @Override
    protected List<String> wires() {
        return Wire.names();
    }

    @Override
    protected void serve(String wire, String host, int port) {
        servers.serve(host, port); // in the version of the first frame of each connection
    }

    @Override
    protected void stop(String addr) {
        servers.stop(addr);
    }

    @Override
    protected Caller caller(Target target, String method) {
        return consumers.caller(target, method);
    }

    @Override
    protected void close(String addr) {
        consumers.close(addr);
    }

    @Override
    protected String kindOf(Throwable t) {
        return Failures.kindOf(t);
    }
}
