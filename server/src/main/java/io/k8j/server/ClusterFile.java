package io.k8j.server;

import io.k8j.server.certs.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a data directory's cluster was made with and cannot change, in the file {@code server/cluster}: a line
 * {@code FLAG=VALUE} for each. Objects in the store and running containers hold addresses and names of these, so that
 * another value would leave them behind.
 */
final class ClusterFile {
    private static final String FORMAT = "format";
    private static final String KNOWN_FORMAT = "1";

    private ClusterFile() {}

    /**
     * Compares the settings with those of the directory's cluster, or notes them if it is new.
     *
     * @throws UserException if they differ; nothing was changed then
     */
    static void check(ServerConfig config) throws IOException {
        if (config.datastoreEndpoint().equals("memory")) {
            return; // its cluster ends with the server
        }
        Path file = config.dataDir().resolve("server/cluster");
        Map<String, String> wanted = settings(config);
        if (!Files.exists(file)) {
            StringBuilder text = new StringBuilder();
            wanted.forEach(
                    (name, value) -> text.append(name).append('=').append(value).append('\n'));
            Pem.write(file, text.toString(), false);
            return;
        }
        Map<String, String> known = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                known.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String format = known.getOrDefault(FORMAT, "none");
        if (!format.equals(KNOWN_FORMAT)) {
            throw new UserException(
                    "the data directory %s has format %s, this version knows format %s: start it with the k8j that wrote it or choose another --data-dir"
                            .formatted(config.dataDir(), format, KNOWN_FORMAT));
        }
        wanted.forEach((name, value) -> {
            String before = known.getOrDefault(name, value);
            if (!before.equals(value)) {
                throw new UserException(
                        "the data directory %s belongs to a cluster with --%s %s, not %s: give that value or choose another --data-dir"
                                .formatted(config.dataDir(), name, before, value));
            }
        });
    }

    private static Map<String, String> settings(ServerConfig config) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(FORMAT, KNOWN_FORMAT);
        settings.put("cluster-cidr", config.clusterCidr());
        settings.put("service-cidr", config.serviceCidr());
        settings.put("cluster-domain", config.clusterDomain());
        return settings;
    }
}
