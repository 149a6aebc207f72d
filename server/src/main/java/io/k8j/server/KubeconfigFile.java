package io.k8j.server;

import io.k8j.server.certs.KeyAndCertificate;
import io.k8j.server.certs.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** The kubeconfig of the cluster's administrator. */
public final class KubeconfigFile {
    private static final String TEMPLATE = """
        apiVersion: v1
        kind: Config
        clusters:
        - cluster:
            certificate-authority-data: %s
            server: %s
          name: default
        contexts:
        - context:
            cluster: default
            user: default
          name: default
        current-context: default
        preferences: {}
        users:
        - name: default
          user:
        %s\
        """;

    private KubeconfigFile() {}

    /** The file's text. */
    public static String render(String server, String caPem, KeyAndCertificate admin) {
        return TEMPLATE.formatted(
                base64(caPem),
                server,
                "    client-certificate-data: %s%n    client-key-data: %s%n"
                        .formatted(base64(admin.chainPem()), base64(admin.keyPem())));
    }

    /** The text of a file whose user proves himself by a bearer token. */
    public static String renderWithToken(String server, String caPem, String token) {
        return TEMPLATE.formatted(base64(caPem), server, "    token: %s%n".formatted(token));
    }

    /** Writes it with mode 0600, in one step. */
    public static void write(Path file, String server, String caPem, KeyAndCertificate admin) throws IOException {
        Pem.writeReplaceable(file.toAbsolutePath(), render(server, caPem, admin), true);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
