package io.k8j.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resolvers named by a resolv.conf, read again when the file changes. Safe for all threads. */
final class Resolvers {
    private static final Logger LOG = LoggerFactory.getLogger(Resolvers.class);
    private static final int PORT = 53;

    private final Path file;
    private final Set<InetAddress> own;
    private FileTime read; // guarded by this
    private List<InetSocketAddress> servers = List.of(); // guarded by this

    /** @param own addresses that lead back to this server, which are left out */
    Resolvers(Path file, Set<InetAddress> own) {
        this.file = file;
        this.own = own;
    }

    /** In the file's order; empty if there are none. */
    synchronized List<InetSocketAddress> get() {
        try {
            FileTime modified = Files.getLastModifiedTime(file);
            if (!modified.equals(read)) {
                servers = parse(Files.readAllLines(file));
                read = modified;
            }
        } catch (IOException e) {
            if (!servers.isEmpty() || read == null) {
                LOG.atWarn()
                        .addKeyValue("file", file)
                        .addKeyValue("cause", e.toString())
                        .log("no resolvers for other names");
            }
            servers = List.of();
            read = FileTime.fromMillis(0);
        }
        return servers;
    }

    private List<InetSocketAddress> parse(List<String> lines) {
        List<InetSocketAddress> found = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length < 2 || !words[0].equals("nameserver")) continue;
            String text = words[1];
            int port = PORT;
            if (text.matches("[0-9.]+:[0-9]{1,5}")) { // not in resolv.conf(5), but harmless and good for tests
                port = Integer.parseInt(text.substring(text.indexOf(':') + 1)) & 0xffff;
                text = text.substring(0, text.indexOf(':'));
            }
            InetAddress address = ServiceEntry.literal(text);
            if (Objects.isNull(address) || own.contains(address) && port == PORT) continue;
            found.add(new InetSocketAddress(address, port));
        }
        return List.copyOf(found);
    }
}
