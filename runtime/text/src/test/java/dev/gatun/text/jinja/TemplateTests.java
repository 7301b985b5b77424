package dev.gatun.text.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What templates give, as Jinja with blocks trimmed gives it. */
class TemplateTests {
  private static final Map<String, Object> VALUES = new LinkedHashMap<>();

  static {
    VALUES.put("name", "Ada");
    VALUES.put("n", 7);
    VALUES.put("x", 2.5);
    VALUES.put("list", List.of(3, 1, 2));
    VALUES.put("map", new LinkedHashMap<>(Map.of("k", "v")));
    VALUES.put("people", List.of(Map.of("name", "b", "age", 2), Map.of("name", "a", "old", true)));
    VALUES.put("nothing", null);
  }

  private static String render(String template) {
    return Template.of(template).render(VALUES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "{{ name }}! @ Ada!",
        "{{ 1 + 2 * 3 - 4 // 3 }} {{ 7 / 2 }} {{ -7 % 3 }} {{ -7 // 2 }} {{ 2 ** 3 }} @ 6 3.5 2 -4 8",
        "{{ 'a' ~ 1 ~ none ~ true }} {{ 'a' + \"b\" 'c' }} {{ '=' * 3 }} @ a1NoneTrue abc ===",
        "{{ not false and 1 < 2 < 3 and 2 in list and 'd' not in name }} @ False",
        "{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 }} {{ '1' == 1 }} {{ true == 1 }} @ True False True False True",
        "{{ 'yes' if n > 3 else 'no' }}{{ 'no' if n > 9 }} @ yes",
        "{{ none or 'd' }} {{ '' and 'd' }}. @ d .",
        "{{ list[0] }} {{ list[-1] }} {{ list[1:] }} {{ list[::-1] }} {{ name[:2] }} {{ list[9] is defined }} @ 3 2 [1, 2] [2, 1, 3] Ad False",
        "{{ map.k }} {{ map['k'] }} {{ map.get('z', 5) }} {{ map.get('z') }} {{ map.items() | list }} @ v v 5 None [['k', 'v']]",
        "{{ missing }}. {{ missing is defined }} {{ map.z is undefined }} {{ missing | default('d') }} {{ '' | default('d', true) }} @ . False True d d",
        "{{ '  a b ' | trim }}|{{ ' x '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'ab'.lstrip('a') }} @ a b|x|a|b",
        "{{ list | length }} {{ name | length }} {{ list | first }} {{ list | last }} {{ list | sort }} {{ list | join('-') }} {{ list | sum }} @ 3 3 3 2 [1, 2, 3] 3-1-2 6",
        "{{ 'Hello World'.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a::b'.split('::')[-1] }} {{ 'a b c'.rsplit(' ', 1) }} @ ['Hello', 'World'] ['a', 'b,c'] b ['a b', 'c']",
        "{{ name.startswith('A') }} {{ name.endswith(('b', 'a')) }} {{ name.upper() }} {{ 'ab cd' | title }} {{ 'aBC' | capitalize }} @ True True ADA Ab Cd Abc",
        "{{ 'aaa'.replace('a', 'b') }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 'abc'.find('c') }} {{ 'ä'.find('z') }} @ bbb bba 2 -1",
        "{{ people | map(attribute='name') | join(',') }} {{ people | selectattr('old', 'defined') | map(attribute='name') | list }} @ b,a ['a']",
        "{{ people | rejectattr('name', 'equalto', 'a') | map(attribute='age') | first }} {{ list | select('odd') | list }} {{ list | reject('gt', 1) | list }} @ 2 [3, 1] [1]",
        "{{ people | sort(attribute='name') | map(attribute='name') | list }} {{ ['b', 'A'] | sort }} {{ list | map('string') | join }} @ ['a', 'b'] ['A', 'b'] 312",
        "{{ n is odd }} {{ n is divisibleby 7 }} {{ x is number }} {{ x is integer }} {{ map is mapping }} {{ name is string and name is not mapping }} {{ list is iterable }} {{ none is none }} @ True True True False True True True True",
        "{{ {'a': 1, 'b': [true, none, 'é\"']} | tojson }} @ {\"a\": 1, \"b\": [true, null, \"é\\\"\"]}",
        "{{ [1.0, 1e20, 0.1, 1e-7] }} {{ 3.0 | int }} {{ '5' | int + 1 }} {{ '2.5' | float }} {{ 10 | string ~ 'a' }} @ [1.0, 1e+20, 0.1, 1e-07] 3 6 2.5 10a",
        "{{ range(3) | list }} {{ range(1, 8, 3) | list }} {{ range(3, 0, -1) | list }} @ [0, 1, 2] [1, 4, 7] [3, 2, 1]",
        "{{ ('a', 'b')[1] }} {{ [] }} {{ {} }} {{ (1 + 2) * 3 }} {{ 'it\\'s\\n' | tojson }} @ b [] {} 9 \"it's\\n\"",
        "{{ ['it\\'s', \"a\\nb\"] }} {{ -n }} {{ - 2 | abs }} {{ (-2) | abs }} @ [\"it's\", 'a\\nb'] -7 -2 2",
        "{{ list | max }} {{ list | min }} {{ [1, 2, 1] | unique | list }} {{ 'abc' | reverse }} {{ list | reverse | list }} @ 3 1 [1, 2] cba [2, 1, 3]",
        "{{ 'a-b'.split('-') | map('upper') | list }} {{ ', '.join(['x', 'y']) }} {{ '12'.isdigit() }} {{ dict(a=1).a }} @ ['A', 'B'] x, y True 1",
        "{{ {'b': 1, 'a': 2} | dictsort }} {{ 'x\\ny' | indent(2) }} @ [['a', 2], ['b', 1]] x<br>  y",
      })
  void expressionsGive(String template, String expected) {
    assertEquals(expected.replace("<br>", "\n"), render(template));
  }

  @Test
  void blocksGive() {
    assertEquals(
        "1:3,2:1,3:2.",
        render(
            "{% for i in list %}{{ loop.index }}:{{ i }}{% if not loop.last %},{% endif %}{% endfor %}."));
    assertEquals("none", render("{% for i in [] %}{{ i }}{% else %}none{% endfor %}"));
    assertEquals("31", render("{% for i in list if i is odd %}{{ i }}{% endfor %}"));
    assertEquals("k=v", render("{% for k, v in map.items() %}{{ k }}={{ v }}{% endfor %}"));
    assertEquals("b", render("{% if n < 3 %}a{% elif n == 7 %}b{% else %}c{% endif %}"));
    // What a loop sets does not leave it; a namespace does.
    assertEquals(
        "0 6",
        render(
            "{% set s = 0 %}{% set ns = namespace(t=0) %}{% for i in list %}{% set s = s + i %}"
                + "{% set ns.t = ns.t + i %}{% endfor %}{{ s }} {{ ns.t }}"));
    assertEquals("1,2", render("{% set a, b = 1, 2 %}{{ a }},{{ b }}"));
    assertEquals("[x7]", render("{% set t %}x{{ n }}{% endset %}[{{ t }}]"));
    assertEquals(
        "<a:1><b:5>",
        render(
            "{% macro m(t, k=1) %}<{{ t }}:{{ k }}>{% endmacro %}{{ m('a') }}{{ m('b', k=5) }}"));
    assertEquals("3", render("{% for i in list %}{{ i }}{% break %}{% endfor %}"));
    assertEquals(
        "32",
        render("{% for i in list %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}"));
    assertEquals("ABC", render("{% filter upper | trim %} abc {% endfilter %}"));
    assertEquals("{{ a }}", render("{% raw %}{{ a }}{% endraw %}"));
    assertEquals("ab", render("a{# {{ wrong #}b"));
    assertEquals("x7", render("{% generation %}x{{ n }}{% endgeneration %}"));
    assertEquals(
        "n31 ",
        render(
            "{% for i in list %}{{ loop.previtem | default('n') }}{% if loop.nextitem is defined %}"
                + "{% else %} {% endif %}{% endfor %}"));
    assertEquals(
        "1 Jan 2024, 09",
        Template.of("{{ strftime_now('%-d %b %Y, %H') }}")
            .at(Clock.fixed(Instant.parse("2024-01-01T09:30:00Z"), ZoneOffset.UTC))
            .render(Map.of()));
  }

  @Test
  void whiteSpaceIsTrimmedAsInPublishedModels() {
    assertEquals("a\nb\n", render("{% if n %}\na\n{% endif %}\nb\n\n"));
    assertEquals("a\n", render("  {% if n %}\na\n  {% endif %}\n"));
    assertEquals("x  y", render("x  {{- '' }}  {% if n %}y{% endif %}"));
    assertEquals("xy", render("x \n {%- if n -%} \n y {%- endif %}"));
    assertEquals("a  7\nb", render("a  {{ n }}\nb"));
    assertEquals("a\nb", render("a\n  {# c #}\nb"));
    assertEquals("  x", render("  {%+ if n %}x{% endif %}"));
    assertEquals("7|", render("\n{{- n -}}\n |"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "{{ a | nonesuch }} @ nonesuch",
        "{{ a is nonesuch }} @ nonesuch",
        "{% include 'x' %} @ include",
        "{% if a %} @ endif",
        "{% endif %} @ endif",
        "{% for a b %}{% endfor %} @ in",
        "{{ a.b }} @ 'a' is not defined",
        "{{ 1 + 'a' }} @ a text",
        "{{ 1 / 0 }} @ zero",
        "{{ 1 + }} @ }}",
        "{{ 'abc }} @ no end",
        "{{ a @ no '}}'",
        "{# a @ comment",
        "{{ raise_exception('roles must alternate') }} @ roles must alternate",
        "{{ missing() }} @ cannot be called",
        "{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }} @ too often",
        "{{ range(10000000) }} @ too many",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %} @ end",
        "{{ 'a' * 999999999 }} @ too long",
        "{{ 9999999999 * 9999999999 }} @ too large",
        "{{ ''.__class__() }} @ cannot be called",
        "{{ 1 if 2 else ~ }} @ not expected",
        "{% set n.x = 1 %} @ namespace",
        "{{ name.strip(1) }} @ must be a text",
        "{{ strftime_now('%Q') }} @ %Q",
      })
  void whatIsWrongIsToldWithItsLine(String template, String part) {
    GatunException e = assertThrows(GatunException.class, () -> render("\n\n" + template));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("line 3") && message.contains(part), message);
  }

  @Test
  void deepNestingIsRefused() {
    assertThrows(GatunException.class, () -> render("{{ " + "(".repeat(9999) + "1"));
    assertThrows(GatunException.class, () -> render("{{ " + "-".repeat(9999) + "1 }}"));
    assertThrows(GatunException.class, () -> render("{% if 1 %}".repeat(9999)));
  }
}
