package io.k8j.server.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.Test;

/** Reads what we write with a library that checks every byte of it. */
class CertificateWriterTest {
    private static final InstantSource IN_2026 = InstantSource.fixed(Instant.parse("2026-03-04T05:06:07Z"));

    private final CertificateAuthority authority;

    CertificateWriterTest() throws Exception {
        authority = CertificateAuthority.inMemory("ca", IN_2026, Duration.ofDays(36500));
    }

    private static X509CertificateHolder strictly(X509Certificate certificate) throws Exception {
        return new X509CertificateHolder(certificate.getEncoded());
    }

    @Test
    void anAuthoritySaysWhatItMayDo() throws Exception {
        X509CertificateHolder read = strictly(authority.certificate());
        Extensions extensions = read.getExtensions();

        assertThat(read.getSubject().toString()).isEqualTo("CN=k8j-ca@1772600767");
        assertThat(read.getIssuer()).isEqualTo(read.getSubject());
        assertThat(read.getNotBefore()).isEqualTo(Date.from(Instant.parse("2026-03-04T05:01:07Z")));
        assertThat(read.getNotAfter()).isEqualTo(Date.from(IN_2026.instant().plus(Duration.ofDays(36500))));
        assertThat(extensions.getCriticalExtensionOIDs())
                .containsExactlyInAnyOrder(Extension.basicConstraints, Extension.keyUsage);
        assertThat(authority.certificate().getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
        assertThat(KeyUsage.fromExtensions(extensions))
                .isEqualTo(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyCertSign));
        assertThat(SubjectKeyIdentifier.fromExtensions(extensions))
                .isEqualTo(new JcaX509ExtensionUtils()
                        .createSubjectKeyIdentifier(authority.certificate().getPublicKey()));
    }

    @Test
    void aServersCertificateSaysItsNames() throws Exception {
        X509Certificate issued = authority
                .issue(CertificateRequest.server("api", "kube-apiserver", List.of("localhost", "127.0.0.1", "::1")))
                .certificate();
        Extensions extensions = strictly(issued).getExtensions();

        assertThat(issued.getSubjectAlternativeNames())
                .extracting(name -> name.get(0) + " " + name.get(1))
                .containsExactlyInAnyOrder("2 localhost", "7 127.0.0.1", "7 0:0:0:0:0:0:0:1");
        assertThat(issued.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(issued.getBasicConstraints()).isEqualTo(-1);
        assertThat(KeyUsage.fromExtensions(extensions))
                .isEqualTo(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
        assertThat(AuthorityKeyIdentifier.fromExtensions(extensions).getKeyIdentifierOctets())
                .isEqualTo(SubjectKeyIdentifier.fromExtensions(
                                strictly(authority.certificate()).getExtensions())
                        .getKeyIdentifier());
    }

    @Test
    void aClientsCertificateSaysUserAndGroups() throws Exception {
        X509Certificate issued = authority
                .issue(CertificateRequest.kubeconfig("admin", "system:admin", "system:masters", "k8j:größer"))
                .certificate();

        assertThat(strictly(issued).getSubject())
                .isEqualTo(new X500Name("O=system:masters,O=k8j:größer,CN=system:admin"));
        assertThat(issued.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(issued.getPublicKey().getAlgorithm()).isEqualTo("RSA");
        issued.verify(authority.certificate().getPublicKey());
    }

    @Test
    void theChainIsGood() throws Exception {
        KeyPair same = CertificateAuthority.newKeyPair();
        CertificateAuthority one = CertificateAuthority.inMemory("one", same, IN_2026, Duration.ofDays(10));
        X509Certificate issued =
                one.issue(CertificateRequest.client("c", "c"), same).certificate();

        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(one.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(IN_2026.instant()));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(issued)), parameters);
    }

    @Test
    void longValuesHaveLongLengths() throws Exception {
        List<String> names = java.util.stream.IntStream.range(0, 4000)
                .mapToObj(i -> "name-" + i + ".example")
                .toList();
        X509Certificate issued =
                authority.issue(CertificateRequest.server("api", "api", names)).certificate();

        assertThat(strictly(issued).getEncoded()).isEqualTo(issued.getEncoded());
        assertThat(issued.getSubjectAlternativeNames()).hasSize(4000);
        assertThat(Der.integer(BigInteger.valueOf(128))).containsExactly(2, 2, 0, 128);
    }

    @Test
    void bothHalvesOfAKeyComeBack() throws Exception {
        KeyPair pair = CertificateAuthority.newKeyPair();

        assertThat(Pem.readKey(Pem.pair(pair))).isEqualTo(pair.getPrivate());
        assertThat(Pem.readPublicKey(Pem.pair(pair))).isEqualTo(pair.getPublic());
        assertThat(Pem.readKey(Pem.key(pair.getPrivate()))).isEqualTo(pair.getPrivate());
        assertThat(Pem.readPublicKey(Pem.key(pair.getPrivate()))).isNull();
    }
}
