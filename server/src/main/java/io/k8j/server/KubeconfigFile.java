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
                client-certificate-data: %s
                client-key-data: %s
            """;

    private KubeconfigFile() {}

    /** The file's text. */
    public static String render(String server, String caPem, KeyAndCertificate admin) {
        return TEMPLATE.formatted(base64(caPem), server, base64(admin.chainPem()), base64(admin.keyPem()));
    }

    /** Writes it with mode 0600, in one step. */
    public static void write(Path file, String server, String caPem, KeyAndCertificate admin) throws IOException {
        Pem.write(file.toAbsolutePath(), render(server, caPem, admin), true);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
