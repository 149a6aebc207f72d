package io.k8j.server.join;

import io.k8j.client.Client;
import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.time.Time;
import io.k8j.server.UserException;
import io.k8j.server.certs.CertificateRequest;
import io.k8j.server.certs.KeyAndCertificate;
import io.k8j.server.certs.Pem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a node proves itself with, kept in its data directory: it asks for that once with the token, and anew with what it
 * has when a fifth of its time is left.
 *
 * @param authority whose certificates the node trusts
 * @param client what it shows to the API server
 * @param serving what its kubelet shows
 */
record NodeCertificates(byte[] authority, KeyAndCertificate client, KeyAndCertificate serving) {
    private static final String CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";
    private static final String SERVING_SIGNER = "kubernetes.io/kubelet-serving";
    private static final String NODES = "system:nodes";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * Reads them, and has those signed that are missing or about to end.
     *
     * @param names DNS names and addresses under which the node is reached
     * @param token null if the node has joined before
     * @throws UserException if the cluster does not give them
     */
    static NodeCertificates obtain(
            Path directory, URI server, JoinToken token, String nodeName, List<String> names, Time time)
            throws IOException, InterruptedException {
        try {
            byte[] authority = authority(directory, server, token, time);
            String user = "system:node:" + nodeName;
            Optional<KeyAndCertificate> kept = read(directory, "kubelet", time.instant());
            KeyAndCertificate client = kept.isPresent() && isFresh(kept.get(), user, List.of(), time.instant())
                    ? kept.get()
                    : signed(
                            directory,
                            access(server, authority, kept, token),
                            CLIENT_SIGNER,
                            new CertificateRequest("kubelet", user, List.of(NODES), List.of(), false, true, false),
                            time);
            Optional<KeyAndCertificate> served = read(directory, "kubelet-server", time.instant());
            KeyAndCertificate serving = served.isPresent() && isFresh(served.get(), user, names, time.instant())
                    ? served.get()
                    : signed(
                            directory,
                            access(server, authority, Optional.of(client), token),
                            SERVING_SIGNER,
                            new CertificateRequest("kubelet-server", user, List.of(NODES), names, true, false, false),
                            time);
            return new NodeCertificates(authority, client, serving);
        } catch (GeneralSecurityException e) {
            throw new IOException("certificates in %s: %s".formatted(directory, e.getMessage()), e);
        }
    }

    /** Whether others have the same certificates; the authority does not change. */
    boolean same(NodeCertificates other) {
        return client.equals(other.client) && serving.equals(other.serving);
    }

    /** How the node is recognized at the API server. */
    ServerAccess access(URI server) {
        return ServerAccess.withCertificate(server, authority, ascii(client.chainPem()), ascii(client.keyPem()));
    }

    List<X509Certificate> authorities() throws GeneralSecurityException {
        return Pem.readCertificates(new String(authority, StandardCharsets.US_ASCII));
    }

    private static byte[] authority(Path directory, URI server, JoinToken token, Time time)
            throws IOException, InterruptedException {
        Path file = directory.resolve("ca.crt");
        if (Files.exists(file)) {
            return Files.readAllBytes(file);
        }
        if (token == null) {
            throw new UserException("this machine has not joined a cluster yet: give --token, see 'k8j token create'");
        }
        byte[] authority = Discovery.authority(server, token, time);
        Pem.write(file, new String(authority, StandardCharsets.US_ASCII), false);
        return authority;
    }

    private static ServerAccess access(URI server, byte[] authority, Optional<KeyAndCertificate> own, JoinToken token) {
        if (own.isPresent()) {
            return ServerAccess.withCertificate(
                    server,
                    authority,
                    ascii(own.get().chainPem()),
                    ascii(own.get().keyPem()));
        }
        if (token == null) {
            throw new UserException("the node's certificate has ended: give --token to join again");
        }
        return ServerAccess.withToken(server, authority, token.bearer());
    }

    private static KeyAndCertificate signed(
            Path directory, ServerAccess access, String signer, CertificateRequest wanted, Time time)
            throws IOException, GeneralSecurityException, InterruptedException {
        try (Client client = new Client(new HttpsTransport(access, "k8j"), time, "k8j")) {
            KeyAndCertificate made = CertificateOrder.place(client, signer, wanted, LIMIT);
            // One file, so that key and certificate always belong together.
            Pem.write(directory.resolve(wanted.name() + ".pem"), made.keyPem() + made.chainPem(), true);
            return made;
        }
    }

    /** Key and certificate of a file; empty if there is none that is valid now. */
    private static Optional<KeyAndCertificate> read(Path directory, String name, Instant now)
            throws IOException, GeneralSecurityException {
        Path file = directory.resolve(name + ".pem");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        int chain = text.indexOf("-----BEGIN CERTIFICATE");
        if (chain < 0) {
            return Optional.empty();
        }
        KeyAndCertificate kept = new KeyAndCertificate(Pem.readKey(text), Pem.readCertificates(text.substring(chain)));
        return kept.certificate().getNotAfter().toInstant().isAfter(now) ? Optional.of(kept) : Optional.empty();
    }

    /** Whether it says what it must, and has more than a fifth of its time left. */
    static boolean isFresh(KeyAndCertificate kept, String user, List<String> names, Instant now)
            throws GeneralSecurityException {
        X509Certificate certificate = kept.certificate();
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        boolean lasts = now.plus(Duration.between(from, until).dividedBy(5)).isBefore(until);
        boolean own = List.of(certificate.getSubjectX500Principal().getName().split(","))
                .contains("CN=" + user);
        List<Object> said = certificate.getSubjectAlternativeNames() == null
                ? List.of()
                : certificate.getSubjectAlternativeNames().stream()
                        .<Object>map(name -> name.get(1))
                        .toList();
        return lasts && own && said.containsAll(names);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
