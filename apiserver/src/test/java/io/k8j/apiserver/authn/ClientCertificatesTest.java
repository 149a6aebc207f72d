package io.k8j.apiserver.authn;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClientCertificatesTest {
    private static KeyPair authority;
    private static X509Certificate trusted;

    @BeforeAll
    static void makeAuthority() throws Exception {
        authority = keys();
        trusted = certificate("CN=ca", authority);
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(String subject, KeyPair of) throws Exception {
        Instant now = Instant.now();
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                new X500Name("CN=ca"),
                                BigInteger.valueOf(7),
                                Date.from(now.minusSeconds(60)),
                                Date.from(now.plusSeconds(3600)),
                                new X500Name(subject),
                                of.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
    }

    private static Recognition recognise(String subject) throws Exception {
        ClientCertificates certificates = new ClientCertificates(() -> Set.of(trusted), InstantSource.system());
        return certificates.authenticate(
                new Credentials(List.of(certificate(subject, keys())), List.of(), "/", false, warning -> {}),
                List.of());
    }

    @Test
    void theCommonNameIsTheUser() throws Exception {
        assertThat(recognise("CN=joe,O=a"))
                .isInstanceOfSatisfying(
                        Recognition.Known.class,
                        known -> assertThat(known.user().name()).isEqualTo("joe"));
    }

    /** Upstream's answer is 401, not that of somebody without a certificate. */
    @Test
    void whoHasNoCommonNameIsNotTakenForAnonymous() throws Exception {
        assertThat(recognise("O=system:masters")).isEqualTo(new Recognition.Bad("certificate SN=7 names no user"));
    }
}
