package io.k8j.controllers.certificates;

import io.k8j.controllers.support.Nulls;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates with the cluster's authority. Immutable. */
final class CertificateSigner {
    private static final Duration BACKDATE = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofHours(8);

    private final X509Certificate authority;
    private final PrivateKey key;
    private final SecureRandom random = new SecureRandom();

    private CertificateSigner(X509Certificate authority, PrivateKey key) {
        this.authority = authority;
        this.key = key;
    }

    /** @throws IllegalArgumentException if certificate or key cannot be read */
    static CertificateSigner of(String certificatePem, String keyPem) {
        try (PEMParser certificates = new PEMParser(new StringReader(certificatePem));
                PEMParser keys = new PEMParser(new StringReader(keyPem))) {
            X509Certificate certificate =
                    new JcaX509CertificateConverter().getCertificate((X509CertificateHolder) certificates.readObject());
            Object found = keys.readObject();
            PrivateKeyInfo info = found instanceof PEMKeyPair pair ? pair.getPrivateKeyInfo() : (PrivateKeyInfo) found;
            return new CertificateSigner(certificate, new JcaPEMKeyConverter().getPrivateKey(info));
        } catch (IOException | GeneralSecurityException | ClassCastException e) {
            throw new IllegalArgumentException("signing certificate or key cannot be read: " + e.getMessage(), e);
        }
    }

    /** The certificate in PEM. */
    String sign(RequestedCertificate wanted, List<String> usages, Duration life, Instant now) {
        // Short lives are not made shorter by what the beginning is set back.
        Instant end = now.plus(life.compareTo(SHORT) < 0 ? life : life.minus(BACKDATE));
        Instant last = authority.getNotAfter().toInstant();
        end = end.isAfter(last) ? last : end;
        try {
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                            X500Name.getInstance(
                                    authority.getSubjectX500Principal().getEncoded()),
                            new BigInteger(127, random).setBit(1),
                            Date.from(now.minus(BACKDATE)),
                            Date.from(end),
                            wanted.request().getSubject(),
                            wanted.request().getSubjectPublicKeyInfo())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(
                            Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(authority));
            int keyUsage = keyUsage(usages);
            if (keyUsage != 0) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
            }
            KeyPurposeId[] purposes = purposes(usages);
            if (purposes.length > 0) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
            }
            List<GeneralName> names = wanted.alternativeNames();
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            X509CertificateHolder signed = builder.build(new JcaContentSignerBuilder(algorithm).build(key));
            StringWriter pem = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
                writer.writeObject(signed);
            }
            return pem.toString();
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("sign certificate for " + wanted.commonName() + ": " + e.getMessage(), e);
        }
    }

    private static int keyUsage(List<String> usages) {
        int bits = 0;
        for (String usage : Nulls.list(usages)) {
            bits |= switch (usage) {
                case "digital signature", "signing" -> KeyUsage.digitalSignature;
                case "content commitment" -> KeyUsage.nonRepudiation;
                case "key encipherment" -> KeyUsage.keyEncipherment;
                case "key agreement" -> KeyUsage.keyAgreement;
                case "data encipherment" -> KeyUsage.dataEncipherment;
                case "cert sign" -> KeyUsage.keyCertSign;
                case "crl sign" -> KeyUsage.cRLSign;
                case "encipher only" -> KeyUsage.encipherOnly;
                case "decipher only" -> KeyUsage.decipherOnly;
                default -> 0;
            };
        }
        return bits;
    }

    private static KeyPurposeId[] purposes(List<String> usages) {
        List<KeyPurposeId> purposes = new ArrayList<>();
        for (String usage : Nulls.list(usages)) {
            switch (usage) {
                case "client auth" -> purposes.add(KeyPurposeId.id_kp_clientAuth);
                case "server auth" -> purposes.add(KeyPurposeId.id_kp_serverAuth);
                case "code signing" -> purposes.add(KeyPurposeId.id_kp_codeSigning);
                case "email protection", "s/mime" -> purposes.add(KeyPurposeId.id_kp_emailProtection);
                case "ipsec end system" -> purposes.add(KeyPurposeId.id_kp_ipsecEndSystem);
                case "ipsec tunnel" -> purposes.add(KeyPurposeId.id_kp_ipsecTunnel);
                case "ipsec user" -> purposes.add(KeyPurposeId.id_kp_ipsecUser);
                case "timestamping" -> purposes.add(KeyPurposeId.id_kp_timeStamping);
                case "ocsp signing" -> purposes.add(KeyPurposeId.id_kp_OCSPSigning);
                case "any" -> purposes.add(KeyPurposeId.anyExtendedKeyUsage);
                default -> {}
            }
        }
        return purposes.toArray(KeyPurposeId[]::new);
    }
}
