package io.k8j.model.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.types.SimpleType;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What upstream's documentation of the CEL libraries says of their functions. */
class KubernetesFunctionsTest {
    private static final Environment ENVIRONMENT =
            Environment.of(Language.plain(), Map.of("any", SimpleType.DYN), Map.of(), Sizes.UNKNOWN);

    private static Expression.Outcome run(String text) {
        Environment.Compiled compiled = ENVIRONMENT.compile(text);
        if (!(compiled instanceof Environment.Compiled.Ready(Expression expression))) {
            throw new AssertionError(text + ": " + compiled);
        }
        return expression.evaluate(Map.of("any", Map.of()), Limits.PER_CALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1, 2, 3].isSorted()",
                "['a', 'b', 'b', 'c'].isSorted()",
                "![2.0, 1.0].isSorted()",
                "[1, 3].sum() == 4",
                "[1.0, 3.0].sum() == 4.0",
                "[duration('1m'), duration('1s')].sum() == duration('1m1s')",
                "[1, 3].min() == 1 && [1, 3].max() == 3",
                "[1, 2, 2, 3].indexOf(2) == 1",
                "['a', 'b', 'b', 'c'].lastIndexOf('b') == 2",
                "[1.0].indexOf(1.1) == -1",
                "'abc 123'.find('[0-9]+') == '123'",
                "'abc 123'.find('xyz') == ''",
                "'123 abc 456'.findAll('[0-9]+') == ['123', '456']",
                "'123 abc 456'.findAll('[0-9]+', 1) == ['123']",
                "url('https://user:pass@example.com:80/path%20x?k=a&k=b&l=c').getHost() == 'example.com:80'",
                "url('https://[::1]:80/').getHostname() == '::1'",
                "url('https://example.com:8080/').getPort() == '8080'",
                "url('https://example.com/path with spaces/').getScheme() == 'https'",
                "url('https://example.com/a/b').getEscapedPath() == '/a/b'",
                "url('https://example.com/path?k1=a&k2=b&k2=c').getQuery()['k2'] == ['b', 'c']",
                "isURL('https://example.com') && isURL('/path') && !isURL('../relative') && !isURL('example.com')",
                "url('https://example.com/') == url('https://example.com/')",
                "isQuantity('1.3Gi') && !isQuantity('1,3G') && !isQuantity('10Mo')",
                "quantity('50k').add(quantity('20k')) == quantity('70k')",
                "quantity('50k').sub(20000) == quantity('30k')",
                "quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')",
                "quantity('200M').compareTo(quantity('0.2G')) == 0",
                "quantity('150Mi').isGreaterThan(quantity('100Mi'))",
                "quantity('50000000G').isInteger() && quantity('50k').asInteger() == 50000",
                "!quantity('9999999999999999999999999999999999999G').isInteger()",
                "sign(quantity('-1')) == -1",
                "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6",
                "isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256') && !isIP(':::1') && !isIP('127.0.0.01')",
                "ip.isCanonical('127.0.0.1') && !ip.isCanonical('2001:DB8::ABCD')",
                "ip('::ffff') == ip('0:0::ffff') && ip('10.0.0.1') != ip('10.0.0.2')",
                "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()",
                "ip('ff02::1').isLinkLocalMulticast() && ip('fe80::1').isLinkLocalUnicast()",
                "string(ip('2001:db8:0:0:0:0:0:1')) == '2001:db8::1'",
                "cidr('192.168.0.0/24').containsIP('192.168.0.1')",
                "!cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))",
                "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')",
                "cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')",
                "cidr('192.168.0.1/24') != cidr('192.168.0.1/24').masked()",
                "cidr('::1/128').prefixLength() == 128 && cidr('::1/128').ip() == ip('::1')",
                "isCIDR('192.168.0.0/16') && !isCIDR('192.168.0.0/33') && !isCIDR('::1/129')",
                "isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true) && isSemver('01.01.01', true)",
                "semver('1.2.3').compareTo(semver('2.0.0')) == -1",
                "semver('1.0.0').isGreaterThan(semver('1.0.0-alpha.1'))",
                "semver('v1.0', true).major() == 1",
                "!format.dns1123Label().validate('my-label').hasValue()",
                "format.dns1123Label().validate('My').hasValue()",
                "format.named('uuid').hasValue() && !format.named('nope').hasValue()",
                "!format.dns1123SubdomainPrefix().validate('mysubdomain.prefix.-').hasValue()",
                "!format.byte().validate('aGVsbG8=').hasValue() && format.date().validate('x').hasValue()",
                "sets.contains([1, 2], [1]) && sets.equivalent([1, 2], [2, 1])",
                "[1, 2, 3].all(i, v, v > i)",
                "[1, 2].transformList(i, v, v * 2) == [2, 4]",
                "{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}",
                "{'a': 1}.exists(k, v, k == 'a' && v == 1)",
                "[3, 1, 2].sort() == [1, 2, 3] && [1, 1].distinct() == [1] && [1, 2].reverse() == [2, 1]",
                "lists.range(3) == [0, 1, 2] && [[1], [2]].flatten() == [1, 2] && [1, 2, 3].slice(1, 2) == [2]",
                "'%s is %d'.format([dyn('a'), 1]) == 'a is 1' && '%.2f'.format([2.5]) == '2.50'",
                "'a,b'.split(',').join('-') == 'a-b' && 'A'.lowerAscii() == 'a' && ' a '.trim() == 'a'",
                "optional.of(1).orValue(2) == 1 && any.?x.orValue('d') == 'd'",
                "duration('1h') == duration('60m') && timestamp('2024-01-01T00:00:00Z').getFullYear() == 2024",
                "dyn(1) == dyn(1.0) && 1 < 1.5",
            })
    void holds(String text) {
        assertThat(run(text))
                .as(text)
                .isInstanceOfSatisfying(
                        Expression.Outcome.Value.class,
                        v -> assertThat(v.value()).as(text).isEqualTo(true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "any.x == 1|no such key: x",
                "1 / 0 == 1|division by zero",
                "[1][2] == 1|index out of bounds: 2",
                "([] + [1].filter(x, x > 1)).min() == 1|min called on empty list",
                "quantity('10K') == quantity('1')|unable to parse quantity's suffix",
                "quantity('1.5').asInteger() == 1|cannot convert value to integer",
                "ip('1.2.3') == ip('::')|IP Address \"1.2.3\" parse error during conversion from string:"
                        + " ParseAddr(\"1.2.3\"): IPv4 address too short",
                "ip('::ffff:1.2.3.4') == ip('::')|IPv4-mapped IPv6 address \"::ffff:1.2.3.4\" is not allowed",
                "url('a b') == url('/')|URL parse error during conversion from string: parse \"a b\": invalid URI for"
                        + " request",
                "semver('1.0') == semver('1.0.0')|No Major.Minor.Patch elements found",
                "9223372036854775807 + 1 == 1|integer overflow",
            })
    void failsInUpstreamsWords(String text, String words) {
        assertThat(run(text))
                .as(text)
                .isInstanceOfSatisfying(
                        Expression.Outcome.Failed.class,
                        failed -> assertThat(failed.message()).isEqualTo(words));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '~',
            value = {
                "foo == 1¦ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\\n | foo == 1\\n | ^",
                "1 + 'a' == 2¦ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\\n"
                        + " | 1 + 'a' == 2\\n"
                        + " | ..^",
                "duration('x') == duration('y')¦ERROR: <input>:1:10: invalid duration argument\\n | duration('x') =="
                        + " duration('y')\\n | .........^\\nERROR: <input>:1:27: invalid duration argument\\n |"
                        + " duration('x') == duration('y')\\n | ..........................^",
                "'a'.matches('(')¦ERROR: <input>:1:13: invalid matches argument\\n"
                        + " | 'a'.matches('(')\\n"
                        + " | ............^",
            })
    void isRefusedInUpstreamsWords(String text, String words) {
        assertThat(ENVIRONMENT.compile(text)).isEqualTo(new Environment.Compiled.Fault(words.replace("\\n", "\n")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lists.range(900000).all(a, a >= 0 && lists.range(1000).all(b, b >= 0))",
                "lists.range(2000000).size() > 0",
                "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(a, lists.range(20000).all(b, b >= 0))",
                "lists.range(900000).exists(a, a < 0) || true",
            })
    void isEndedWhenItCostsTooMuch(String text) {
        assertThat(run(text)).isInstanceOf(Expression.Outcome.TooExpensive.class);
    }
}
