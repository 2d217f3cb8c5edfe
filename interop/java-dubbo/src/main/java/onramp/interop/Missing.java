package onramp.interop;

/** Missing is a service that nobody has: only clients know it. */
public interface Missing {
    Message echo(Message message);
}
