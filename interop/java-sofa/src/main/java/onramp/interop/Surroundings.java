package onramp.interop;

import com.alipay.sofa.rpc.ext.ExtensionLoaderFactory;
import com.alipay.sofa.rpc.server.Server;
import com.alipay.sofa.rpc.transport.ClientTransport;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.util.Properties;

/** Surroundings are what the library finds in its process. */
final class Surroundings {
    private Surroundings() {
    }

    /** prepare comes before the library's first class: it reads properties once. */
    static void prepare() throws URISyntaxException {
        System.setOut(System.err); // the lines of the protocol are all that stands there
        // The tracer stays on, since its headers belong to a Java client's requests. Its
        // files stay beside the jar: they would go to the home folder.
        File jar = new File(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        System.setProperty("logging.path", new File(jar.getParentFile(), "logs").getPath());
        System.setProperty("sofa.rpc.tracer.exposeType", "MEMORY");
        ExtensionLoaderFactory.getExtensionLoader(ClientTransport.class).loadExtension(WireTransport.class);
        ExtensionLoaderFactory.getExtensionLoader(Server.class).loadExtension(PeerServer.class);
    }

    /** version is the name and version of one of the vendor's libraries, as its jar says. */
    static String version(String artifact) {
        String path = "/META-INF/maven/com.alipay.sofa/" + artifact + "/pom.properties";
        Properties p = new Properties();
        try (InputStream in = Main.class.getResourceAsStream(path)) {
            p.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return artifact + " " + p.getProperty("version");
    }
}
