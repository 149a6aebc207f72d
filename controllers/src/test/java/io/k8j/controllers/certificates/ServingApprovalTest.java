package io.k8j.controllers.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingApprovalTest {
    private static final Set<InetAddress> TAKEN =
            Set.of(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("fd00::1"));

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "its own name and a free address,  dns:second ip:10.0.0.2, true",
        "a free address of the new kind,   dns:second ip:fd00::2,  true",
        "another node's name,              dns:first ip:10.0.0.2,  false",
        "a name of the API server,         dns:second dns:kubernetes.default.svc, false",
        "another node's address,           dns:second ip:10.0.0.1, false",
        "the same of the new kind,         dns:second ip:fd00::1,  false",
        "an address that everybody has,    dns:second ip:127.0.0.1, false",
        "the address that stands for all,  dns:second ip:0.0.0.0,  false",
        "a name that is no host's,         uri:https://second,     false"
    })
    void aNodeMayBeNobodyElse(String name, String names, boolean harmless) {
        List<GeneralName> wanted =
                Arrays.stream(names.split(" ")).map(ServingApprovalTest::name).toList();
        assertThat(ServingApproval.isHarmless(wanted, "second", TAKEN)).as(name).isEqualTo(harmless);
    }

    private static GeneralName name(String text) {
        String value = text.substring(text.indexOf(':') + 1);
        int type = text.startsWith("dns:")
                ? GeneralName.dNSName
                : text.startsWith("ip:") ? GeneralName.iPAddress : GeneralName.uniformResourceIdentifier;
        return new GeneralName(type, value);
    }
}
