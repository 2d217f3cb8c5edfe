package onramp.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Load calls without a pause until it is stopped. */
final class Load {
    private static final int MOST_TOLD = 10;

    private final Calls calls;
    private final Caller caller;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Object> failures = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong ok = new AtomicLong();
    private long failed;
    private volatile boolean stopped;

    Load(Peer peer, Caller caller, Target target) {
        this.caller = caller;
        this.calls = new Calls(peer, caller, target, "echo");
    }

    /** begin returns when each of so many callers has succeeded once. */
    void begin(int callers) throws InterruptedException {
        CountDownLatch first = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            Thread t = new Thread(() -> run(first), "load " + i);
            t.setDaemon(true);
            threads.add(t);
            t.start();
        }
        if (!first.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("not every caller succeeded once: " + end());
        }
    }

    private void run(CountDownLatch first) {
        for (boolean succeeded = false; !stopped;) {
            if (!once()) {
                continue;
            }
            ok.incrementAndGet();
            if (!succeeded) {
                succeeded = true;
                first.countDown();
            }
        }
    }

    private boolean once() {
        Message m = new Message();
        m.text = "load";
        m.number = next.incrementAndGet();
        try {
            Message got = (Message) caller.call("echo", new Class<?>[] {Message.class}, new Object[] {m});
            if (got == null || got.number != m.number || !"load".equals(got.text)) {
                return note(Calls.failure("error", "wrong reply", String.valueOf(Messages.toLine(got))));
            }
            return true;
        } catch (Throwable t) {
            return note(calls.failed(t));
        }
    }

    private synchronized boolean note(Map<String, Object> failure) {
        failed++;
        if (failures.size() < MOST_TOLD) {
            failures.add(failure);
        }
        return false;
    }

    /** end stops the callers and tells what they counted. */
    Map<String, Object> end() throws InterruptedException {
        stopped = true;
        for (Thread t : threads) {
            t.join();
        }
        Map<String, Object> told = new LinkedHashMap<>();
        synchronized (this) {
            told.put("ok", ok.get());
            told.put("failed", failed);
            told.put("failures", failures);
        }
        return told;
    }
}
