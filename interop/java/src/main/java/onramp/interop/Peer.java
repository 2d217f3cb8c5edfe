package onramp.interop;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Peer is a process of the line protocol; a library's peer fills in the rest. */
public abstract class Peer {
    /** seen is for the services: new EchoService(seen, ...), new ValuesService(seen). */
    protected final Seen seen = new Seen();
    private Load load;

    /** title is the library and its version, "Java Dubbo 3.3.1". */
    protected abstract String title();

    protected abstract List<String> with();

    protected abstract List<String> wires();

    /** serve starts a server at "host:port", whose port is not 0. */
    protected abstract void serve(String wire, String host, int port) throws Exception;

    /** stop ends a server gracefully. */
    protected void stop(String addr) throws Exception {
        throw new UnsupportedOperationException("this peer cannot stop a server");
    }

    /** caller returns a way to call the target; its connection is the one that is kept for its address. */
    protected abstract Caller caller(Target target, String method) throws Exception;

    /** close closes the connection to an address, if there is one. */
    protected abstract void close(String addr) throws Exception;

    /** kindOf is "timeout", "closed", "local" or "error". */
    protected abstract String kindOf(Throwable t);

    /** run says hello and answers lines until there are no more. It ends the process. */
    public final void run() throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        System.setOut(System.err); // logs of libraries
        Map<String, Object> hello = new LinkedHashMap<>();
        hello.put("peer", title());
        hello.put("with", with());
        hello.put("wires", wires());
        out.println(Json.write(hello));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(Json.write(answer(line)));
        }
        Runtime.getRuntime().halt(0);
    }

    private Map<String, Object> answer(String line) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            Map<String, Object> ask = Json.parse(line);
            answer.put("id", ask.get("id"));
            answer.putAll(handle(ask));
        } catch (Throwable t) {
            StringWriter text = new StringWriter();
            t.printStackTrace(new PrintWriter(text));
            answer.put("error", text.toString());
        }
        return answer;
    }

    private Map<String, Object> handle(Map<String, Object> ask) throws Exception {
        switch ((String) ask.get("do")) {
            case "serve":
                return Collections.singletonMap("addr", serve(ask));
            case "seen":
                return Collections.singletonMap("seen", seen.take());
            case "call":
                return call(ask);
            case "close":
                close((String) ask.get("addr"));
                return Collections.emptyMap();
            case "load":
                return load(ask);
            case "unload":
                return Collections.singletonMap("load", load.end());
            case "stop":
                stop((String) ask.get("addr"));
                return Collections.emptyMap();
            default:
                throw new UnsupportedOperationException("this peer cannot do " + ask.get("do"));
        }
    }

    private String serve(Map<String, Object> ask) throws Exception {
        String addr = (String) ask.get("addr");
        String host = addr.substring(0, addr.lastIndexOf(':'));
        int port = Integer.parseInt(addr.substring(host.length() + 1));
        if (port == 0) {
            try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName(host))) {
                port = any.getLocalPort();
            }
        }
        serve((String) ask.get("wire"), host, port);
        return host + ":" + port;
    }

    private Map<String, Object> call(Map<String, Object> ask) throws Exception {
        Target target = new Target(ask);
        String method = (String) ask.get("method");
        Calls calls = new Calls(this, caller(target, method), target, method);
        return Collections.singletonMap("calls", Calls.all(this, calls, (List<?>) ask.get("calls")));
    }

    private Map<String, Object> load(Map<String, Object> ask) throws Exception {
        Target target = new Target(ask);
        load = new Load(this, caller(target, "echo"), target);
        load.begin(Messages.number(ask, "callers"));
        return Collections.emptyMap();
    }
}
