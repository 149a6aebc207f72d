package io.k8j.server.certs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Reads and writes certificates and keys as PEM text. */
public final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    public static String certificates(Collection<? extends Certificate> chain) {
        StringBuilder text = new StringBuilder();
        try {
            for (Certificate certificate : chain) {
                append(text, "CERTIFICATE", certificate.getEncoded());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("encode certificate", e);
        }
        return text.toString();
    }

    public static String key(PrivateKey key) {
        StringBuilder text = new StringBuilder();
        append(text, "PRIVATE KEY", key.getEncoded());
        return text.toString();
    }

    static String certificateRequest(byte[] encoded) {
        StringBuilder text = new StringBuilder();
        append(text, "CERTIFICATE REQUEST", encoded);
        return text.toString();
    }

    /** The certificates of a PEM text in order. */
    public static List<X509Certificate> readCertificates(String text) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** Both halves of a key pair. */
    public static String pair(KeyPair pair) {
        StringBuilder text = new StringBuilder(key(pair.getPrivate()));
        append(text, "PUBLIC KEY", pair.getPublic().getEncoded());
        return text.toString();
    }

    /** An EC or RSA key in PKCS #8 form, as {@link #key} and {@link #pair} write it. */
    public static PrivateKey readKey(String text) throws GeneralSecurityException {
        try {
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(content(text, 0));
            try {
                return KeyFactory.getInstance("EC").generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                return KeyFactory.getInstance("RSA").generatePrivate(spec);
            }
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("not a PEM key: " + e.getMessage(), e);
        }
    }

    /** The elliptic public key that {@link #pair} wrote behind the private one; null if there is none. */
    public static PublicKey readPublicKey(String text) throws GeneralSecurityException {
        int begin = text.indexOf("-----BEGIN PUBLIC KEY-----");
        return begin < 0
                ? null
                : KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(content(text, begin)));
    }

    /** What stands between the next line of dashes and the one after it. */
    private static byte[] content(String text, int from) {
        int begin = text.indexOf("-----BEGIN ", from);
        int body = begin < 0 ? 0 : text.indexOf("-----", begin + 11) + 5;
        int end = text.indexOf("-----END ", body);
        return Base64.getMimeDecoder().decode(text.substring(body, end < 0 ? text.length() : end));
    }

    /**
     * Puts a file in place in one step, so that a reader or a crash never sees half of it. It outlives a power loss from
     * the return on: what the store has was signed with it, or depends on it.
     */
    public static void write(Path file, String text, boolean secret) throws IOException {
        write(file, text, secret, true);
    }

    /** Likewise, for what the next start makes anew if a power loss has damaged it; no flush is waited for. */
    public static void writeReplaceable(Path file, String text, boolean secret) throws IOException {
        write(file, text, secret, false);
    }

    private static void write(Path file, String text, boolean secret, boolean durable) throws IOException {
        Files.createDirectories(file.getParent());
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(
                    draft,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--")));
        }
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) channel.write(bytes);
            if (durable) channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (durable && !System.getProperty("os.name").startsWith("Windows")) { // which cannot open directories
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }

    private static void append(StringBuilder text, String type, byte[] content) {
        text.append("-----BEGIN ").append(type).append("-----\n");
        text.append(LINES.encodeToString(content));
        text.append("\n-----END ").append(type).append("-----\n");
    }
}
