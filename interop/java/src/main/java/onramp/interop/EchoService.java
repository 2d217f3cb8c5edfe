package onramp.interop;

/** EchoService is the peer's Echo. */
public final class EchoService implements Echo {
    private final Seen seen;
    private final String service;
    private final String prefix;

    /** The usual one is ("onramp.interop.Echo:1.0", ""), that of the group ("blue/onramp.interop.Echo:2.0", "blue "). */
    public EchoService(Seen seen, String service, String prefix) {
        this.seen = seen;
        this.service = service;
        this.prefix = prefix;
    }

    @Override
    public Message echo(Message message) {
        seen.message(service, "echo", message);
        if (message != null && message.sleep > 0) {
            try {
                Thread.sleep(message.sleep);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (message != null && !prefix.isEmpty()) {
            message.text = prefix + message.text;
        }
        return message;
    }

    @Override
    public Message fail(Message message) throws SoldOut {
        seen.message(service, "fail", message);
        throw new SoldOut(message.text, "car", 7, new IllegalArgumentException("no stock"));
    }

    @Override
    public Message crash(Message message) {
        seen.message(service, "crash", message);
        throw new IllegalStateException(message.text);
    }

    @Override
    public void note(Message message) {
        seen.message(service, "note", message);
    }
}
