package io.k8j.apiserver.authn;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * The parts of a certificate's subject that make a user.
 *
 * @param commonName the last one, as Go takes it; empty if there is none
 * @param organizations in the certificate's order
 * @param uids values of Kubernetes' own attribute for user ids
 */
record CertificateSubject(String commonName, List<String> organizations, List<String> uids) {
    /** Kubernetes' attribute for the id of a user. */
    private static final ASN1ObjectIdentifier UID = new ASN1ObjectIdentifier("1.3.6.1.4.1.57683.2");

    static CertificateSubject of(X509Certificate certificate) {
        String name = "";
        List<String> organizations = new ArrayList<>();
        List<String> uids = new ArrayList<>();
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        for (RDN rdn : subject.getRDNs()) {
            for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                if (!(part.getValue() instanceof ASN1String text)) {
                    continue;
                }
                if (part.getType().equals(BCStyle.CN)) {
                    name = text.getString();
                } else if (part.getType().equals(BCStyle.O)) {
                    organizations.add(text.getString());
                } else if (part.getType().equals(UID)) {
                    uids.add(text.getString());
                }
            }
        }
        return new CertificateSubject(name, organizations, uids);
    }
}
