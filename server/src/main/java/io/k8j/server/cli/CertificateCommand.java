package io.k8j.server.cli;

import io.k8j.server.ServerLock;
import io.k8j.server.UserException;
import io.k8j.server.certs.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code k8j certificate check|rotate}. */
@Command(
        name = "certificate",
        description = "Look at and renew the cluster's certificates.",
        mixinStandardHelpOptions = true,
        subcommands = {CertificateCommand.Check.class, CertificateCommand.Rotate.class})
final class CertificateCommand {
    private static final String AUTHORITY = "ca.crt";

    private CertificateCommand() {}

    private static List<Path> files(ClusterOptions cluster) throws IOException {
        Path directory = cluster.dataDir.resolve("server/tls");
        if (!Files.isDirectory(directory)) {
            throw new UserException(
                    "there are no certificates in %s: start the cluster with 'k8j server' first".formatted(directory));
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".crt"))
                    .sorted()
                    .toList();
        }
    }

    /** Shows when each certificate ends; exit code 1 if one has ended. */
    @Command(name = "check", description = "Show when the certificates end.", mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Mixin
        private ClusterOptions cluster;

        @Override
        public Integer call() throws IOException {
            boolean ended = false;
            System.out.printf("%-34s %-22s %s%n", "CERTIFICATE", "ENDS", "LEFT");
            for (Path file : files(cluster)) {
                Instant end = end(file);
                long days = Duration.between(Instant.now(), end).toDays();
                ended |= end.isBefore(Instant.now());
                System.out.printf("%-34s %-22s %s%n", file.getFileName(), end, days + " days");
            }
            return ended ? 1 : 0;
        }

        private static Instant end(Path file) throws IOException {
            try {
                X509Certificate certificate =
                        Pem.readCertificates(Files.readString(file)).getFirst();
                return certificate.getNotAfter().toInstant();
            } catch (GeneralSecurityException | java.util.NoSuchElementException e) {
                throw new UserException(
                        "%s is no certificate: remove it and start the server, which issues a new one".formatted(file),
                        e);
            }
        }
    }

    /** Removes all but the authority's, so that the next start issues new ones. */
    @Command(
            name = "rotate",
            description = "Renew all certificates at the next start; the authority stays.",
            mixinStandardHelpOptions = true)
    static final class Rotate implements Callable<Integer> {
        @Mixin
        private ClusterOptions cluster;

        @Override
        public Integer call() throws IOException {
            if (ServerLock.owner(cluster.dataDir).isPresent()) {
                throw new UserException("the server is running: stop it first with 'k8j stop'");
            }
            int removed = 0;
            for (Path file : files(cluster)) {
                if (!file.getFileName().toString().equals(AUTHORITY)) {
                    Files.delete(file);
                    removed++;
                }
            }
            System.out.printf("%d certificates are issued anew at the next start%n", removed);
            return 0;
        }
    }
}
