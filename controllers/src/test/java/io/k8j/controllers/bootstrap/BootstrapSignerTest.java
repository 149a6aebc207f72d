package io.k8j.controllers.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BootstrapSignerTest {
    @Test
    void theSignatureIsThatOfRfc7515WithoutItsContent() {
        // Computed with openssl: printf '%s' "$header.$body" | openssl dgst -sha256 -hmac 0123456789abcdef -binary
        String signature =
                BootstrapSigner.sign("content", new BootstrapToken("abcdef", "0123456789abcdef", true, null));

        assertThat(signature)
                .isEqualTo("eyJhbGciOiJIUzI1NiIsImtpZCI6ImFiY2RlZiJ9..psz1NayrXM3IaFzKZGsb5n_mBl7MjtlsZ1xE8MRmF_4");
    }
}
