"""`python -m alvh_xl` is the command line."""

from alvh_xl.cli import main

if __name__ == "__main__":
    main()
