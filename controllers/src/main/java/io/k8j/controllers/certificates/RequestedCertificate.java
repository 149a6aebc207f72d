package io.k8j.controllers.certificates;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestSpec;
import io.k8j.controllers.support.Nulls;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** Checks what is asked for against the rules of the built-in signers. */
final class RequestedCertificate {
    static final String CLIENT = "kubernetes.io/kube-apiserver-client";
    static final String KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";
    static final String KUBELET_SERVING = "kubernetes.io/kubelet-serving";
    static final String LEGACY = "kubernetes.io/legacy-unknown";
    static final Set<String> SIGNERS = Set.of(CLIENT, KUBELET_CLIENT, KUBELET_SERVING, LEGACY);
    private static final String NODES = "system:nodes";
    private static final String NODE_PREFIX = "system:node:";

    private final PKCS10CertificationRequest request;
    private final CertificateSigningRequestSpec spec;

    private RequestedCertificate(PKCS10CertificationRequest request, CertificateSigningRequestSpec spec) {
        this.request = request;
        this.spec = spec;
    }

    /** @throws IllegalArgumentException if the request is no PKCS#10 in PEM */
    static RequestedCertificate of(CertificateSigningRequestSpec spec) {
        String pem = new String(Base64.getMimeDecoder().decode(spec.getRequest()), StandardCharsets.US_ASCII);
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest request) {
                return new RequestedCertificate(request, spec);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("PEM block cannot be read: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("PEM block type must be CERTIFICATE REQUEST");
    }

    PKCS10CertificationRequest request() {
        return request;
    }

    String commonName() {
        RDN[] names = request.getSubject().getRDNs(BCStyle.CN);
        return names.length == 0 ? "" : names[0].getFirst().getValue().toString();
    }

    private List<String> organizations() {
        return Arrays.stream(request.getSubject().getRDNs(BCStyle.O))
                .map(rdn -> rdn.getFirst().getValue().toString())
                .toList();
    }

    List<GeneralName> alternativeNames() {
        for (Attribute attribute : request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            Extensions extensions =
                    Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
            GeneralNames names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            if (names != null) {
                return List.of(names.getNames());
            }
        }
        return List.of();
    }

    private Set<String> usages() {
        return Set.copyOf(Nulls.list(spec.getUsages()));
    }

    /** Why the signer does not take the request; empty if it does. */
    Optional<String> refusal() {
        List<String> wrong = new ArrayList<>();
        switch (spec.getSignerName()) {
            case CLIENT -> {
                if (!usages().contains("client auth")
                        || !Set.of("client auth", "digital signature", "key encipherment")
                                .containsAll(usages())) {
                    wrong.add("usages did not match [client auth]");
                }
            }
            case KUBELET_CLIENT -> {
                if (!isNode()) {
                    wrong.add("subject is not a node's");
                }
                if (!alternativeNames().isEmpty()) {
                    wrong.add("subject alternative names are not allowed");
                }
                if (!hasNodeUsages("client auth")) {
                    wrong.add("usages did not match");
                }
            }
            case KUBELET_SERVING -> {
                if (!isNode() || !commonName().equals(spec.getUsername())) {
                    wrong.add("subject is not the requesting node's");
                }
                if (alternativeNames().isEmpty()
                        || alternativeNames().stream()
                                .anyMatch(n ->
                                        n.getTagNo() != GeneralName.dNSName && n.getTagNo() != GeneralName.iPAddress)) {
                    wrong.add("subject alternative names must be DNS names or IP addresses");
                }
                if (!hasNodeUsages("server auth")) {
                    wrong.add("usages did not match");
                }
            }
            default -> {}
        }
        return wrong.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", wrong));
    }

    private boolean isNode() {
        return organizations().equals(List.of(NODES))
                && commonName().startsWith(NODE_PREFIX)
                && commonName().length() > NODE_PREFIX.length();
    }

    private boolean hasNodeUsages(String auth) {
        Set<String> usages = usages();
        return usages.equals(Set.of("key encipherment", "digital signature", auth))
                || usages.equals(Set.of("digital signature", auth));
    }

    /** Whether a node asks for a client certificate of its own or, at first, through a bootstrap identity. */
    boolean isNodeClient() {
        return spec.getSignerName().equals(KUBELET_CLIENT) && refusal().isEmpty();
    }

    /** Whether a node asks for a certificate for its kubelet's server. */
    boolean isNodeServing() {
        return spec.getSignerName().equals(KUBELET_SERVING) && refusal().isEmpty();
    }

    boolean isOwn() {
        return commonName().equals(spec.getUsername());
    }
}
