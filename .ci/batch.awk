# Writes the C++ files that it is given as one, which compiles faster than they do alone: what all of them include is
# read once. Messages and debuggers still speak of the files and their lines.
# A file of tests, and one that the fuzzer calls, gets a namespace of its own: many have a helper of the same name.

FNR == 1 {
  printf "#line 1 \"%s\"\n", FILENAME
  own = ""
  if (FILENAME ~ /_(test|fuzz)\.cpp$/) {
    own = FILENAME
    gsub(/[^A-Za-z0-9]/, "_", own)
  }
}
own && /^namespace glassgate.* \{$/ { $0 = $0 " namespace " own " {" }
own && /^}  \/\/ namespace glassgate/ { $0 = "} " $0 }
{ print }
