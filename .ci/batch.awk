# Writes the C++ files that it is given as one, which compiles faster than they do alone: what all of them include is
# read once. Messages and debuggers still speak of the files and their lines.
# A file of tests, and one that the fuzzer calls, gets a namespace of its own: many have a helper of the same name. So
# does a program of the lessons, behind its includes: each has a main().

function end_program() {
  if (in_program) print "}"
  in_program = 0
}

FNR == 1 {
  end_program()
  printf "#line 1 \"%s\"\n", FILENAME
  own = FILENAME
  gsub(/[^A-Za-z0-9]/, "_", own)
  is_test = FILENAME ~ /_(test|fuzz)\.cpp$/
  is_program = FILENAME ~ /^examples\/[^\/]*$/
}
is_test && /^namespace glassgate.* \{$/ { $0 = $0 " namespace " own " {" }
is_test && /^}  \/\/ namespace glassgate/ { $0 = "} " $0 }
is_program && !in_program && /^[a-z]/ {
  $0 = "namespace " own " { " $0
  in_program = 1
}
{ print }
END { end_program() }
