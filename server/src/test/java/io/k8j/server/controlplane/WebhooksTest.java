package io.k8j.server.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.authz.AuthorizationSettings.Entry;
import io.k8j.apiserver.authz.webhook.AuthorizationConfiguration;
import io.k8j.apiserver.authz.webhook.WebhookSettings;
import io.k8j.server.certs.CertificateAuthority;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorization webhooks of a server that is itself a Pod. */
class WebhooksTest {
    private static final Map<String, String> POD =
            Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "443");

    private static byte[] configuration(String info) {
        return """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AuthorizationConfiguration
            authorizers:
            - type: Webhook
              name: hook
              webhook:
                timeout: 3s
                subjectAccessReviewVersion: v1
                failurePolicy: Deny
                authorizedTTL: 4s
                cacheAuthorizedRequests: false
                connectionInfo: %s
            """.formatted(info).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aPodAsksItsOwnCluster(@TempDir Path account) throws Exception {
        CertificateAuthority authority =
                CertificateAuthority.inMemory("cluster", InstantSource.system(), Duration.ofDays(1));
        Files.writeString(account.resolve("ca.crt"), authority.certificatePem());
        Files.writeString(account.resolve("namespace"), "there");
        Files.writeString(account.resolve("token"), "secret");
        byte[] text = configuration("{type: InClusterConfig}");
        Entry entry = AuthorizationConfiguration.read(text, new Webhooks(POD, account))
                .getFirst();
        WebhookSettings settings = ((Entry.Webhook) entry).settings();
        assertThat(settings.endpoint().target()).isEqualTo(URI.create("https://[fd00::1]:443"));
        assertThat(settings.endpoint().authorization().get()).contains("Bearer secret");
        assertThat(settings.endpoint().tls()).isNotNull();
        assertThat(settings.authorizedTtl()).isZero();
        assertThat(settings.unauthorizedTtl()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void outsideOfAClusterThereIsNone(@TempDir Path account) {
        Webhooks none = new Webhooks(Map.of(), account);
        assertThatThrownBy(() -> AuthorizationConfiguration.read(configuration("{type: InClusterConfig}"), none))
                .hasMessageContaining("unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and"
                        + " KUBERNETES_SERVICE_PORT must be defined");
        assertThatThrownBy(() -> AuthorizationConfiguration.read(
                        configuration("{type: InClusterConfig, kubeConfigFile: /a}"), none))
                .hasMessageContaining("connectionInfo.kubeConfigFile: Invalid value: \"/a\": can only be set when"
                        + " type=KubeConfigFile");
    }
}
