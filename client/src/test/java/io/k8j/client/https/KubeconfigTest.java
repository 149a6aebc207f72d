package io.k8j.client.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KubeconfigTest {
    private static final String CONFIG = """
            apiVersion: v1
            kind: Config
            current-context: a
            contexts:
              - {name: a, context: {cluster: c, user: u, namespace: n}}
              - {name: broken, context: {cluster: nowhere, user: u}}
            clusters:
              - {name: c, cluster: {server: "https://h:6443/", certificate-authority-data: Q0E=}}
            users:
              - {name: u, user: {token: secret}}
            """;

    @Test
    void theCurrentContextIsTaken() throws IOException {
        Kubeconfig.Context context = Kubeconfig.parse(CONFIG, Path.of("."), "");
        assertThat(context.namespace()).isEqualTo("n");
        assertThat(context.access().server()).hasToString("https://h:6443");
        assertThat(context.access().authority()).isEqualTo("CA".getBytes(StandardCharsets.US_ASCII));
        assertThat(context.access().token().get()).contains("secret");
    }

    @Test
    void aMissingPartIsNamed() {
        assertThatThrownBy(() -> Kubeconfig.parse(CONFIG, Path.of("."), "broken"))
                .hasMessage("kubeconfig: no cluster \"nowhere\"");
        assertThatThrownBy(() -> Kubeconfig.parse(CONFIG, Path.of("."), "x"))
                .hasMessage("kubeconfig: no context \"x\"");
        assertThatThrownBy(() -> Kubeconfig.parse("- a", Path.of("."), "")).hasMessage("kubeconfig: not a mapping");
    }
}
