package io.k8j.model.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.types.CelType;
import io.k8j.model.json.Json;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Estimates, against the figures that upstream's own tests expect for the same schemas and rules. */
class StaticCostTest {
    private static long cost(String schema, String rule) {
        Map<String, Object> tree = Json.parseObject(schema.replace('\'', '"'));
        SchemaTypes.Declared declared = SchemaTypes.of(tree, "selfType1", false).orElseThrow();
        CelType self = declared.type().type();
        Environment environment = Environment.of(
                Language.plain(),
                Map.of("self", self, "oldSelf", self),
                declared.structs(),
                declared.type().sizes());
        if (!(environment.compile(rule) instanceof Environment.Compiled.Ready(Expression expression))) {
            throw new AssertionError(environment.compile(rule).toString());
        }
        return expression.cost().max();
    }

    private static String items(String type) {
        return switch (type) {
            case "duration", "date", "date-time", "byte" -> "{'type':'string','format':'" + type + "'}";
            case "int-or-string" -> "{'x-kubernetes-int-or-string':true}";
            case "map" -> "{'type':'object','additionalProperties':{'type':'number'}}";
            case "array" -> "{'type':'array','items':{'type':'number'}}";
            case "object" ->
                "{'type':'object','required':['required'],'properties':{'required':{'type':'string'},"
                        + "'optional':{'type':'string'}}}";
            default -> "{'type':'" + type + "'}";
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "number|self.all(x, true)|4718591|10|32",
                "string|self.all(x, true)|3145727|20|62",
                "boolean|self.all(x, true)|1887437|5|17",
                "array|self.all(x, true)|3145727|100|302",
                "object|self.all(x, true)|555128|50|152",
                "number|self[1] == 0.0|2|5000|2",
                "string|self[1] == self[1]|314577|8|314577",
                "number|self.all(x, self.all(y, true))|7421701914624|10|352",
                "number|self[3] == 0.0|2|0|2",
                "number|self.all(x, x == 0.0)|6291454|6291456|25165826",
                "int-or-string|self.all(x, true)|4718591|10|32",
                "int-or-string|self[0] == 5|3|10|3",
                "boolean|self[0] == false|2|25|2",
                "object|self[0] == null|2|422|2",
                "array|self[0][0] == -1.0|3|51|3",
                "map|self.all(x, x.y == 25.2)|6291452|12|74",
                "map|self[0].x > 2.0|4|3000|4",
                "duration|self.all(x, true)|2359295|5|17",
                "duration|self[0].getHours() == 2|4|525|4",
                "date|self.all(x, true)|725936|15|47",
                "date-time|self.all(x, true)|428963|25|77",
                "date-time|self[2].getMinutes() == 45|4|99|4",
                "string|self.join(' ') == 'aa bb'|329853068905|0|1",
                "string|self.isSorted() == true|329854432052|0|2",
            })
    void ofLists(String items, String rule, long unbounded, long most, long bounded) {
        String schema = "{'type':'array','items':" + items(items);
        assertThat(cost(schema + "}", rule)).as(rule).isEqualTo(unbounded);
        assertThat(cost(schema + ",'maxItems':" + most + "}", rule)).as(rule).isEqualTo(bounded);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "number|self.all(x, true)|1348169|10|32",
                "number|has(self.x)|1|100|1",
                "string|self.all(x, true)|1179647|3|11",
                "boolean|self.all(x, true)|943718|100|302",
                "number|self['x'] == 0.0|2|0|2",
                "int-or-string|self.all(x, true)|1348169|15|47",
                "object|self.all(x, true)|428963|20|62",
                "map|self.all(x, true)|1179647|10|32",
                "array|self.all(x, true)|1179647|25|77",
                "duration|self.all(x, true)|1048577|5|17",
                "date|self.all(x, true)|524288|10|32",
                "date-time|self.all(x, true)|349526|25|77",
                "integer|oldSelf.size() == self.size()|5|10|5",
                "date-time|self['a'] == self['b']|8|7|8",
                "duration|self['c'] == self['d']|8|42|8",
            })
    void ofMaps(String items, String rule, long unbounded, long most, long bounded) {
        String schema = "{'type':'object','additionalProperties':" + items(items);
        assertThat(cost(schema + "}", rule)).as(rule).isEqualTo(unbounded);
        assertThat(cost(schema + ",'maxProperties':" + most + "}", rule))
                .as(rule)
                .isEqualTo(bounded);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "self.contains('test')|314574|10|5",
                "self.startsWith('test')|2|15|2",
                "self.endsWith('test')|2|30|2",
                "size(self + 'hello') > size('hello')|314578|4|7",
                "self.matches('x')|314574|50|22",
                "''.matches('(((((((((())))))))))[0-9]')|7|10|7",
                "self.matches('')|1|100|1",
                "self == 'x'|2|0|1",
                "self.find('[0-9]+') == ''|629147|10|11",
                "self.lowerAscii() == 'lower!'|314575|10|6",
            })
    void ofTexts(String rule, long unbounded, long most, long bounded) {
        assertThat(cost("{'type':'string'}", rule)).as(rule).isEqualTo(unbounded);
        assertThat(cost("{'type':'string','maxLength':" + most + "}", rule))
                .as(rule)
                .isEqualTo(bounded);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'string','format':'byte'}|self == b'x'|2",
                "{'type':'string','enum':['A','B','C','LongValue']}|self.contains('A')|2",
                "{'type':'string','maxLength':1000,'enum':['A','B','C','LongValue']}|self.contains('A')|401",
                "{'x-kubernetes-int-or-string':true}|isQuantity(self)|314574",
                "{'x-kubernetes-int-or-string':true,'maxLength':20}|isQuantity(self)|9",
                "{'type':'object','maxProperties':10,'additionalProperties':{'type':'string','maxLength':10}}"
                        + "|self.all(x, x.contains(self[x]))|72",
                "{'type':'object','properties':{'str':{'type':'string','maxLength':4},'before':{'type':'string',"
                        + "'maxLength':2},'after':{'type':'string','maxLength':4}}}"
                        + "|self.str.replace(self.before, self.after) == 'does not matter'|12",
                "{'type':'object','properties':{'str':{'type':'string','maxLength':10},'separator':{'type':'string',"
                        + "'maxLength':10}}}|self.str.split(self.separator) == []|22",
                "{'type':'array','maxItems':10,'items':{'type':'string','maxLength':10}}|self.join(' ') == 'aa bb'|43",
                "{'type':'array','maxItems':10,'items':{'type':'string','maxLength':10}}|self.isSorted() == true|52",
            })
    void ofOthers(String schema, String rule, long expected) {
        assertThat(cost(schema, rule)).as(rule).isEqualTo(expected);
    }
}
