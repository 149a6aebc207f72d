package io.k8j.apiserver.cel;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.values.CelValueProvider;
import io.k8j.model.cel.Environment;
import io.k8j.model.cel.FunctionLibrary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The types of mutations: {@code JSONPatch}, and {@code Object} with {@code Object.spec} and so on, which have whatever
 * fields an expression gives them.
 */
public final class MadeTypes implements Environment.Maker {
    /** Makes them. */
    public static final Environment.Maker MAKER = new MadeTypes();

    private static final CelType PATCH = StructType.create(
            "JSONPatch",
            ImmutableSet.of("op", "path", "from", "value"),
            field -> Optional.of(field.equals("value") ? SimpleType.DYN : SimpleType.STRING));

    private static final CelValueProvider VALUES =
            (type, fields) -> isMade(type) ? Optional.of(new MadeObject(type, fields)) : Optional.empty();

    private MadeTypes() {}

    private static boolean isMade(String type) {
        return type.equals("JSONPatch") || type.equals("Object") || type.startsWith("Object.");
    }

    @Override
    public FunctionLibrary functions() {
        return new PatchFunctions();
    }

    @Override
    public CelValueProvider values() {
        return VALUES;
    }

    @Override
    public Map<String, CelType> types(CelAbstractSyntaxTree parsed) {
        Map<String, TreeSet<String>> fields = new TreeMap<>();
        CelNavigableAst.fromAst(parsed)
                .getRoot()
                .allNodes()
                .map(node -> node.expr())
                .filter(expr -> expr.exprKind().getKind() == CelExpr.ExprKind.Kind.STRUCT)
                .forEach(expr -> {
                    TreeSet<String> names = fields.computeIfAbsent(expr.struct().messageName(), n -> new TreeSet<>());
                    expr.struct().entries().forEach(entry -> names.add(entry.fieldKey()));
                });
        Map<String, CelType> types = new LinkedHashMap<>();
        types.put("JSONPatch", PATCH);
        types.put("Object", object("Object", new TreeSet<>()));
        fields.forEach((name, names) -> {
            if (name.equals("Object") || name.startsWith("Object.")) types.put(name, object(name, names));
        });
        return types;
    }

    private static CelType object(String name, TreeSet<String> fields) {
        return StructType.create(name, ImmutableSet.copyOf(fields), field -> Optional.of(SimpleType.DYN));
    }
}
