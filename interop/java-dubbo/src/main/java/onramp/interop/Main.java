package onramp.interop;

import onramp.interop.dubbo.DubboPeer;

/** Main is the process of the peer. */
public final class Main {
    private Main() {
    }

    public static void main(String[] args) throws Exception {
        new DubboPeer().run();
    }
}
