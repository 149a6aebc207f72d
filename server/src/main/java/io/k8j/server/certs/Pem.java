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
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
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

    /** The certificates of a PEM text in order. */
    public static List<X509Certificate> readCertificates(String text) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** An EC or RSA key in PKCS #8 form, as {@link #key} writes it. */
    public static PrivateKey readKey(String text) throws GeneralSecurityException {
        String body = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        try {
            PKCS8EncodedKeySpec spec =
                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
            try {
                return KeyFactory.getInstance("EC").generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                return KeyFactory.getInstance("RSA").generatePrivate(spec);
            }
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("not a PEM key: " + e.getMessage(), e);
        }
    }

    /**
     * Puts a file in place in one step, so that a reader or a crash never sees half of it. It outlives a power loss from
     * the return on: what the store has was signed and encrypted with it.
     */
    public static void write(Path file, String text, boolean secret) throws IOException {
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
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (!System.getProperty("os.name").startsWith("Windows")) { // which cannot open directories
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
